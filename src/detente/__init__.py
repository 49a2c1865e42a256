"""detente: one sourced description of an international crisis, turned into numbers that can be checked and questioned."""
