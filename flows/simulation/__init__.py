"""A made-up organisation of known truth, seeded, to try the rules on.

Definition: decisions.md, sections 8 and 9.
"""
