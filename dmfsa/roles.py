"""The four parts that a token plays in attention; every first axis of length 4 has them in this order."""

ROLES = ("o", "v", "q", "k")
OUTPUT, VALUE, QUERY, KEY = range(len(ROLES))
