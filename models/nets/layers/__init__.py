"""Layers shared by the networks: one idea per file. May import torch and each other, never a network."""
