"""Sweeps on clusters: what a cluster allows, into what tasks a sweep is cut, how they are submitted and watched."""
