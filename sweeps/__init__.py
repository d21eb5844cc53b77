"""The experiment: configs, grids of parameters, runs, results and figures."""
