"""Exercises that check themselves. Each lesson's checks are a module of this package."""
