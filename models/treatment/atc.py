"""Plain names of medicines by ATC code (ATC index of the WHO Collaborating Centre in Oslo)."""

from __future__ import annotations

from typing import Final

from models.clinical.medicines import effect_of

NAMES: Final = {
    "A10AB": "fast-acting insulin", "A10AD": "premixed insulin", "A10AE": "long-acting insulin",
    "A10AE04": "insulin glargine", "A10BA02": "metformin", "A10BB01": "glibenclamide",
    "A10BB09": "gliclazide", "A10BB12": "glimepiride", "A10BX02": "repaglinide", "A10BX03": "nateglinide",
    "A10BX08": "mitiglinide",
    "C01AA05": "digoxin", "C01BD01": "amiodarone", "C01EB17": "ivabradine",
    "C03AA03": "hydrochlorothiazide", "C03BA11": "indapamide", "C03CA01": "furosemide",
    "C03DA01": "spironolactone",
    "C07AA05": "propranolol", "C07AA07": "sotalol", "C07AB02": "metoprolol", "C07AB03": "atenolol",
    "C07AB07": "bisoprolol", "C07AB12": "nebivolol", "C07AG02": "carvedilol",
    "C08CA01": "amlodipine", "C08CA05": "nifedipine", "C08CA13": "lercanidipine",
    "C08DA01": "verapamil", "C08DB01": "diltiazem",
    "C09AA01": "captopril", "C09AA02": "enalapril", "C09AA03": "lisinopril", "C09AA04": "perindopril",
    "C09AA05": "ramipril", "C09CA01": "losartan", "C09CA03": "valsartan", "C09CA06": "candesartan",
    "C09CA07": "telmisartan", "C02": "antihypertensive", "G04CA": "alpha blocker", "G04CA02": "tamsulosin",
    "H02AB06": "prednisolone", "H02AB07": "prednisone", "H02AB02": "dexamethasone",
    "H03AA01": "levothyroxine", "N06BA": "stimulant", "N06BA04": "methylphenidate",
    "N02AA01": "morphine", "N02AA03": "hydromorphone", "N02AA05": "oxycodone", "N02AB03": "fentanyl",
    "N02AE01": "buprenorphine", "N02AX02": "tramadol", "N02AX06": "tapentadol",
    "N02AJ06": "codeine with paracetamol",
    "N07BC01": "buprenorphine", "N07BC02": "methadone", "N06DA02": "donepezil",
    "R03AC02": "salbutamol", "R03AC12": "salmeterol", "R03AC13": "formoterol", "R03CC02": "salbutamol",
}  # fmt: skip


def plain_name(code: str) -> str | None:
    """The medicine's name, else its group's; None for what is in no table."""
    code = code.upper()
    for length in range(len(code), 2, -1):
        found = NAMES.get(code[:length])
        if found is not None:
            return found
    effect = effect_of(code)
    return None if effect is None else effect.name


def named(code: str) -> str:
    """A medicine as an alert names it, `metoprolol (C07AB02)`."""
    name = plain_name(code)
    return code if name is None else f"{name} ({code})"
