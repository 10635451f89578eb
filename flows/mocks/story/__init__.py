"""The sample story: seeded, without a clock; the same config and seed tell the same story to the byte."""
