class Refused(Exception):
    """A rule of the district says no. `code` is stable, the sentence is for people."""

    code = "refused"

    def __init__(self, sentence: str, **facts):
        super().__init__(sentence)
        self.facts = facts


class StaleVersion(Refused):
    code = "stale_version"
