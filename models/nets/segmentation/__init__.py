"""Networks that outline a lesion: images (B, 3, H, W) in, logits (B, 1, H, W) out; one per file."""
