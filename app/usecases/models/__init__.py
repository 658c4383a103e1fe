"""The model shelf: listed, promoted, handed on."""
