"""What bad reviews complain about: stems and patterns, so that nobody pays a model for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its name, whether it is a defect of the thing itself, and the words by which it is found.

    ``pattern`` is for PostgreSQL's ``~`` over lower-case text with «е» for «ё».
    """

    label: Any
    pattern: str
    is_defect: bool = False


TOPICS: Final[Mapping[str, Topic]] = {
    "broken": Topic(_("Broken or faulty"), r"(брак|слом|не работает|неисправ|трещин|разбит|развалил)", is_defect=True),
    "seams": Topic(_("Seams, holes, threads"), r"(шов|швы|шва|нитк|дыр|порва|зацепк|распуст|затяжк)", is_defect=True),
    "colour": Topic(_("Colour"), r"(цвет|оттен|линя|красит|выцв|полинял)", is_defect=True),
    "smell": Topic(_("Smell"), r"(запах|вон[яи]|пахнет|химозн)", is_defect=True),
    "size": Topic(_("Size and fit"), r"(размер|маломер|большемер|не подош|велик[оаи]? |мал[оаы]? |тесн|узк)"),
    "material": Topic(_("Material and quality"), r"(ткан|материал|качеств|тонк|дешев|катышк|просвеч)", is_defect=True),
    "missing": Topic(_("Parts missing"), r"(не хватает|некомплект|не полож|отсутству|без инструкц)", is_defect=True),
    "wrong": Topic(_("Not what was ordered"), r"(не тот|не та |не то |не соответств|отличается|другой товар|перепут)"),
    "packaging": Topic(_("Packaging"), r"(упаков|помят|мят[ыо]|грязн|пятн|вскрыт|б/?у)"),
    "delivery": Topic(_("Delivery"), r"(доставк|долго (шл|вез|жд)|курьер|пункт выдач|пвз|не пришл|потеря)"),
    "price": Topic(_("Price"), r"(дорог|цен[аыу]|не стоит своих|переплат)"),
    "service": Topic(_("Seller's service"), r"(продав|хам|не отвеча|обман|поддержк|возврат)"),
}  # fmt: skip
