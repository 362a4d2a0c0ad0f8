"""Words of a sentence that say nothing of the data: how often something happens, that it is written down at all, what a
document says of itself. They are taken out before the sentence is read."""

from __future__ import annotations

import re

_COUNT = r"(?:\d+|once|twice|one|two|three|four|five|six|ten|twelve)"
_UNIT = r"(?:second|minute|hour|day|night|week|weekend|month|quarter|year|season|morning|evening)"
_OFTEN = (
    rf"(?:{_COUNT} (?:times? )?(?:a|per|each|every) {_UNIT}|(?:every|each) (?:{_COUNT} |couple of |few |other )?{_UNIT}s?|from time to time|now and then"
    r"|hourly|daily|weekly|monthly|quarterly|yearly|annually|regularly|frequently|periodically|eventually|usually|typically|normally|in practice"
    r"|at a time|at the same time|at once|at any (?:given )?(?:time|moment)|any ?more|worldwide|likewise)"
)
# (pattern, what stands there instead), in their order.
_FILLERS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (r"^(?:(?:ok|okay|well|right|plus|anyway|basically|actually|yeah),|(?:so|oh|um+|uh+|er+m?),?) (?:(?:so|and|then|um+|uh+),? )*(?=\S)", ""),
        (r",? (?:um+|uh+|er+m?|you know|i mean|well|let['’]?s say|sort of|kind of(?= (?:an?|the)\b)),(?= )", ""),
        (r"(?<=\w)['’](?:ve|s) got\b", " has"),
        (r"\b(?:have|has) got\b", "has"),
        (r"(?<=,) got (?=an?\b)", " has "),
        (r"\bbe able to\b", "can"),
        (r"\b(?:must|should|will|shall|may|can) can\b", "can"),
        (r",? (?:for instance|for example|if (?:necessary|needed|required|possible|so desired)|in words|where necessary)(?=[,.;:)]|$)", ""),
        (r", (?:that is to say|namely|i\.e\.|that is(?=,)),? ", ", "),
        (r"^(?:optionally|if known|if available|where (?:known|available|applicable)),? (an?|the|its) ([\w -]+?) (?:is|are|can be|may be) (?:given|stated|recorded|noted|kept|held|entered)$", r"it has an optional \2"),
        (r",? (?:and )?(?:once|when|as soon as|after) (?:(?:it|they|he|she|one) (?:is|are|was|has been|have been|had been) )?(?:[a-z]+ed|given|known|paid|done|over|sent|sold|written),(?= (?:an?|the|its|their) )", ", an optional"),
        (r",? (?:once|when|as soon as) (?:it|they) (?:is|are|becomes?) known$", " (optional)"),
        (r" an optional (?:an?|the|its|their) ", " an optional "),
        (r"^(an?|the|each|every) ([\w -]+?) (is|are) (?:also )?(?:kept|recorded|stored|noted) (\(optional\))$", r"it has a \2 \4"),
        (r",? the latter (?:being|is|to be|must be) unique\b", " (unique)"),
        (r" (?:of|by) (?:that|this|the same) (?=name|title)", " of "),
        (rf"(?<=\w),? {_OFTEN}(?=$|[,:;])", ""),
        (rf"\b((?:is|are|was|were) [a-z]+(?:ed|en)),? {_OFTEN}(?= (?:by|in|at|on|to|for|from)\b)", r"\1"),
        (rf"^(?:{_OFTEN}|in (?:spring|summer|autumn|winter)),? (?=(?:an?|the|each|every|one|we|it|they|some(?:body|one)) )", ""),
        (r", (?:assigned|given|issued|chosen|set|determined|provided|maintained|managed|kept) (?:by|from) (?:the|our|your|a list) ?(?:that your |that our |that the )?[\w-]+(?: (?:that|which) [\w ]+?)?(?=,| and |$)", ""),
        (r"\b(must|shall|should|will|is|are) (?:likewise|also|too) (?=be\b|kept|recorded|stored|noted)", r"\1 "),
        (r",? (?:since|because) (?:some|they|it|we|there|not) .+$", ""),
        (r",? (?:such as|like|including) [\w ,’'-]+ (?:or|and) [\w-]+$", ""),
        (r",? several$", ""),
        (r" \([^()]*(?:\.\.\.?|…|,? etc\.?)\s*\)", ""),
        (r"^((?:it |[\w -]+ )?(?:has|have) (?:an?|the) [\w -]+)(?<! for) each$", r"\1"),
        (r"^(.+) ((?:is|are|must be|shall be|will be) (?:kept|recorded|stored|noted|held|entered|registered)),? (?:together|along) with (.+)$", r"\1, \3 \2"),
        (r"\b(an?|the|its) ([\w-]+(?: [\w-]+)?) if (?:(?:it|they|one) (?:is|are) )?(?:known|given|available|any)(?=,| and |$)", r"an optional \2"),
        (r"\b(first|given|last|family) and (last|family|first|middle) names?\b", r"\1 name and \2 name"),
        (r"^so (?=(?:there|we|it|they|an?|each|every) )| so (?=there['’]?s )", ""),
        (r"\bthere['’]s (an?|the) ([\w -]+?) too\b", r"it has \1 \2"),
        (r"^which (?:one|of them|ones) (?:is|has to be|must be|should be) (?:recorded|kept|noted|stored)$", ""),
        (r"^(?:after|before|during|at) (?:an?|each|every|the|a) [\w-]+(?: [\w-]+)?, (?=[a-z]+s? (?:may|can|must|will|should) )", ""),
        (r"\b(may|might|can|could) have been (?=[a-z]+(?:ed|en)\b)", r"\1 be "),
        (r"\b(?:has|have) been (?=[a-z]+(?:ed|en) (?:by|to|in|at|on|for|from)\b)", "is "),
        (r"(?<=s) (?:assigned|belonging|attached|related|connected) to (?:it|them)$", ""),
        (r"\b(?:takes?|has|have) one of the (?:following )?(?:values|states):? ", "is one of "),
        (r"\b((?:has|have|contains?|consists? of|is made up of) )(?:several |many |multiple )?([a-z]+(?: [a-z]+)?s)(?: (?:that|which) (?:have to|must|are to|are) be [a-z]+ in (?:a (?:certain|given|particular|fixed) )?order| in (?:a (?:certain|given|particular|fixed) |fixed )order)(?=$|,)", r"\1an ordered list of \2"),
        (r"(?<=[a-z]),? in a (?:certain|given|particular|fixed) order(?=$|,)", ""),
    )
)  # fmt: skip


def without_fillers(text: str) -> str:
    """The sentence without them."""
    said = text.strip()
    for pattern, instead in _FILLERS:
        said = pattern.sub(instead, said).strip(" ,")
    return said
