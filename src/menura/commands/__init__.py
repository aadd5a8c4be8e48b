"""The commands of `menura`; each module is one command or one group of them."""
