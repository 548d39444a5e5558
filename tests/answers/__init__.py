"""Answers to the exercises, a module for each lesson: each must get the verdict that it needs."""
