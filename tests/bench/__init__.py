"""The benchmarks that need no phones: what they measure and compare with is right."""
