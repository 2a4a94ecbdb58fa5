"""What an alert says beside its reading: a clinician's edge, a medicine, a genotype."""

from __future__ import annotations

from models.person import Person
from models.risk.edges import CLINICIAN
from models.risk.found import Evidence


def explain(found: Evidence, person: Person, clinician: bool) -> Evidence:
    """Put into the cause of evidence of some level what a reader must know to weigh it."""
    if not found.level or not (clinician or person.medicines or person.genotype):
        return found
    said = [found.cause] if found.cause else []
    if clinician:
        said.append(CLINICIAN)
    for name, words in _known(person, found.time):
        text = words.get(found.key) or words.get(found.condition)
        if text:
            said.append(f"{name} {text}")
    found.cause = "; ".join(dict.fromkeys(said)) or None
    return found


def _known(person: Person, time: int) -> list[tuple[str, dict[str, str]]]:
    medicines = [(effect.name, effect.says) for _, effect in person.taking(time)]
    return medicines + [(trait.flag, trait.says) for trait in person.traits(time)]
