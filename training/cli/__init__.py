"""The commands of the training program: one file per family, each thin over the rooms beside it."""
