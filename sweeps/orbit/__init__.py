"""One orbit of a config, or one recorded series, from and to files."""
