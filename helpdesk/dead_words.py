"""Why an event is dead, in words: what it means, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_MELD = "Loopt het weer vast, geef dan de referentie door aan de technisch beheerder van de gateway."
_EERST_MELDEN = (
    "Geef de referentie door aan de technisch beheerder van de gateway. Bied het pas opnieuw aan als die "
    "zegt dat de oorzaak weg is."
)


@dataclass(frozen=True, slots=True)
class DeadWords:
    betekenis: str
    doen: str


# By code: PoisonCode of dossier/errors.py, and what the relay says (outbox/settings.py).
DEAD_WORDS: Mapping[str, DeadWords] = MappingProxyType(
    {
        "ONLEESBAAR": DeadWords(
            "Kindkans kan het bericht van de gateway niet lezen.",
            f"Bied het één keer opnieuw aan: misschien is het onderweg beschadigd. {_MELD}",
        ),
        "ONBEKENDE_VERSIE": DeadWords(
            "Het bericht heeft een vorm die deze versie van Kindkans niet kent, bijvoorbeeld omdat de "
            "gateway al is bijgewerkt en Kindkans nog niet.",
            _EERST_MELDEN,
        ),
        "ZEGEL_ONGELDIG": DeadWords(
            "De versleutelde inhoud kan niet worden geopend: zij is beschadigd of met een andere sleutel "
            "verzegeld.",
            _EERST_MELDEN,
        ),
        "BIJLAGE_ONTBREEKT": DeadWords(
            "Het bestand van een bijlage staat niet (meer) in de opslag.",
            "Bied het één keer opnieuw aan. Loopt het weer vast, vraag de technisch beheerder dan of het "
            "bestand uit een reservekopie terug te zetten is.",
        ),
        "BIJLAGE_BESCHADIGD": DeadWords(
            "Het bestand van een bijlage in de opslag is niet meer wat de school heeft verstuurd.",
            "Bied het één keer opnieuw aan. Loopt het weer vast, vraag de technisch beheerder dan of het "
            "bestand uit een reservekopie terug te zetten is.",
        ),
        "INHOUD_WIJKT_AF": DeadWords(
            "De inhoud is niet gelijk aan die waarvoor het dossiernummer is gegeven. Daarom neemt Kindkans "
            "haar niet aan.",
            _EERST_MELDEN,
        ),
        "DOSSIER_ONBEKEND": DeadWords(
            "Kindkans heeft het dossier niet dat verplaatst moet worden.",
            "Kijk of een eerdere versie van dit dossier is vastgelopen en bied die eerst opnieuw aan, daarna "
            f"de verplaatsing. {_MELD}",
        ),
        "VERWERKING_MISLUKT": DeadWords(
            "Kindkans heeft het een aantal keren geprobeerd en het is elke keer mislukt.",
            f"Bied het opnieuw aan als Kindkans weer goed werkt. {_MELD}",
        ),
        "VERWERKING_TE_LANG": DeadWords(
            "Kindkans deed er elke keer langer over dan mag.",
            f"Bied het opnieuw aan op een rustig moment. {_MELD}",
        ),
        "VERWERKING_AFGEBROKEN": DeadWords(
            "Kindkans stopte elke keer terwijl het met dit dossier bezig was.",
            _EERST_MELDEN,
        ),
        "GEWEIGERD_DOOR_BROKER": DeadWords(
            "De wachtrij tussen de gateway en Kindkans neemt dit bericht niet aan, bijvoorbeeld omdat het "
            "te groot is voor hoe zij is ingesteld.",
            _EERST_MELDEN,
        ),
    }
)
_OTHER = DeadWords("De oorzaak heeft een code die deze pagina niet kent.", _EERST_MELDEN)


def dead_words(code: str | None) -> DeadWords:
    return DEAD_WORDS.get(code or "", _OTHER)
