"""The check digits of Chinese enterprise codes, written from the standards and not from this repository's Swift.

check-truth.py judges the exchange with them, so they must not share its mistakes.
"""
import datetime
import unicodedata

USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PROVINCES = {
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65,
    71, 81, 82,
}


def normal(text):
    """Half-width, upper case, without blanks and hyphens: what dirt may have changed and a reader changes back."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).upper() if not c.isspace() and c != "-")


def is_digits(text):
    return text.isascii() and text.isdigit()


def begins_with_district(text):
    return is_digits(text[:6]) and int(text[:2]) in PROVINCES


def is_uscc(text):
    """GB 32100-2015: 18 characters of 31, weights 3^i, modulo 31."""
    if len(text) != 18 or any(c not in USCC_CHARACTERS for c in text):
        return False
    total = sum(USCC_CHARACTERS.index(c) * pow(3, i, 31) for i, c in enumerate(text[:17]))
    return USCC_CHARACTERS[(31 - total % 31) % 31] == text[17]


def is_org(text):
    """GB 11714-1997: eight characters and a check, modulo 11; all alike is a placeholder."""
    if len(text) != 9 or not text.isascii() or not text[:8].isalnum() or text[:8] != text[:8].upper() or len(set(text)) == 1:
        return False
    total = sum(int(c, 36) * weight for c, weight in zip(text, (3, 7, 9, 10, 5, 8, 4, 2)))
    return "0123456789X0"[11 - total % 11] == text[8]


def is_regno(text):
    """GS15-2006: 15 digits, ISO 7064 MOD 11,10."""
    if len(text) != 15 or not is_digits(text):
        return False
    product = 10
    for digit in text[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (product + int(text[14])) % 10 == 1


def is_date(year, month, day):
    try:
        datetime.date(int(year), int(month), int(day))
        return True
    except ValueError:
        return False


def is_identity_card(text):
    """A person's number, alone (15 or 18) or with the tax office's suffix (20)."""
    if len(text) == 20:
        text = text[:18]
    if len(text) == 15:
        return is_digits(text) and begins_with_district(text) and is_date("19" + text[6:8], text[8:10], text[10:12])
    if len(text) != 18 or not is_digits(text[:17]) or not is_date(text[6:10], text[10:12], text[12:14]):
        return False
    total = sum(int(c) * weight for c, weight in zip(text, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)))
    return "10X98765432"[total % 11] == text[17]


def is_tax_number(text):
    """Whether a normalised 纳税人识别号 counts as a whole: both tax offices giving it makes it certain."""
    if len(text) == 18:
        return is_identity_card(text) or is_uscc(text)
    if len(text) == 20:
        return is_identity_card(text)
    return len(text) == 15 and text.isascii() and text.isalnum() and begins_with_district(text)


def org_in_tax_number(text):
    """The organisation code that a normalised tax number certainly holds, or None."""
    if len(text) == 18 and not is_identity_card(text) and is_uscc(text):
        return text[8:17] if is_org(text[8:17]) else None
    if len(text) == 15 and begins_with_district(text) and is_org(text[6:]) and not looks_born(text[6:12]):
        return text[6:]
    return None


def looks_born(six):
    """Whether six characters read as a date of birth, yyMMdd: then a tax number joins only if the name agrees too."""
    return is_digits(six) and is_date("19" + six[:2], six[2:4], six[4:6])
