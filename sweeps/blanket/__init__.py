"""Markov blankets out of equilibrium: of kinetic Ising networks, self-attention networks, coupled Lorenz systems."""
