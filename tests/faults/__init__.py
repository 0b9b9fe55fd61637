"""Faults and crowds, judged by the invariants and by the history, never by who caused them.

Each module runs small in the tests, and whole by `./dev faults NAME --full --seed N`.
"""
