"""Wrong answers, a module for each lesson: the checks must refuse each with its hint."""
