"""Markov blankets out of equilibrium: kinetic Ising networks, self-attention networks of few spins, coupled Lorenz "
"systems."""
