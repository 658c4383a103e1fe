"""The doors of the training program: one file per family of commands, each thin over the engine."""
