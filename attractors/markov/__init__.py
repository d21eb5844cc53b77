"""Where does a chain stay, how fast does it forget, how irreversible is it? From its transition matrix alone.

Columns sum to 1 everywhere: W[i, j] is the probability of the step from state j to state i, and p' = W p.
"""

from attractors.markov.chain import ChainStatus, MarkovChain, SteadyStates, markov_chain, steady_states, time_reversed
from attractors.markov.driven import DrivenChain, driven_chain

__all__ = [
    "ChainStatus",
    "DrivenChain",
    "MarkovChain",
    "SteadyStates",
    "driven_chain",
    "markov_chain",
    "steady_states",
    "time_reversed",
]
