"""Made-up Excel workbooks as their publishers' programs write them."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(rows: list[list[str | float | None]], sheet: str = "Sheet1", shared: bool = True) -> bytes:
    """A workbook of an empty first sheet where `sheet` is not the first, and one with the rows."""
    texts: list[str] = []
    made = [_cells(row, i, texts, shared) for i, row in enumerate(rows, 1)]
    body = "".join(f"<row r='{i}'>{cells}</row>" for i, cells in enumerate(made, 1))
    names = [sheet] if sheet == "Sheet1" else ["Read me", sheet]
    sheets = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1))
    links = "".join(
        f'<Relationship Id="rId{i}" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(names) + 1)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        book = f'<workbook {_NS} xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>'
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        if len(names) > 1:
            archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet {_NS}><sheetData/></worksheet>")
        archive.writestr(
            f"xl/worksheets/sheet{len(names)}.xml",
            f"<worksheet {_NS}><sheetData>{body}</sheetData></worksheet>",
        )
        if shared:
            items = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
            archive.writestr("xl/sharedStrings.xml", f"<sst {_NS}>{items}</sst>")
    return out.getvalue()


def _cells(row: list[str | float | None], number: int, texts: list[str], shared: bool) -> str:
    out = []
    for i, value in enumerate(row):
        at = f"{chr(ord('A') + i)}{number}"
        if isinstance(value, str) and shared:
            texts.append(value)
            out.append(f"<c r='{at}' t='s'><v>{len(texts) - 1}</v></c>")
        elif isinstance(value, str):
            out.append(f"<c r='{at}' t='inlineStr'><is><t>{escape(value)}</t></is></c>")
        elif value is not None:
            out.append(f"<c r='{at}'><v>{value!r}</v></c>")
    return "".join(out)
