"""Map countries and sales regions to North America, EMEA, APAC and Latin America."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NORTH_AMERICA, EMEA, APAC, LATIN_AMERICA = "North America", "EMEA", "APAC", "Latin America"
UNKNOWN = "unknown"

_REGION_WORDS = {
    NORTH_AMERICA: "na, noram, namer, north america, us and canada, usa and canada, us, usa, united states, canada",
    EMEA: "emea, eu, europe, european union, eea, dach, nordics, benelux, uki, uk, uk and ireland, middle east, mena, "
    "africa, eastern europe, western europe, cee, northern europe, southern europe",
    APAC: "apac, asia, asia pacific, asia pac, japac, apj, anz, oceania, sea, southeast asia, south asia, east asia",
    LATIN_AMERICA: "latam, latin america, south america, central america, caribbean",
}

# ISO 3166-1: two letters, three letters, then the names in use.
_COUNTRIES = {
    NORTH_AMERICA: "us usa united states|united states of america|america;ca can canada;pr pri puerto rico;"
    "bm bmu bermuda",
    EMEA: "ad and andorra;ae are united arab emirates|uae;al alb albania;am arm armenia;ao ago angola;"
    "at aut austria|österreich;"
    "az aze azerbaijan;ba bih bosnia and herzegovina;be bel belgium|belgique|belgië;bg bgr bulgaria;bh bhr bahrain;"
    "bw bwa botswana;by blr belarus;ch che switzerland|schweiz|suisse;ci civ ivory coast|cote d'ivoire;cm cmr cameroon;"
    "cy cyp cyprus;cz cze czech republic|czechia;de deu germany|deutschland;dk dnk denmark|danmark;dz dza algeria;"
    "ee est estonia;eg egy egypt;es esp spain|españa;et eth ethiopia;fi fin finland|suomi;fr fra france;"
    "gb gbr united kingdom|uk|great britain|england|scotland|wales|northern ireland;ge geo georgia;gh gha ghana;"
    "gi gib gibraltar;gr grc greece;hr hrv croatia;hu hun hungary;ie irl ireland;il isr israel;im imn isle of man;"
    "iq irq iraq;is isl iceland;it ita italy|italia;je jey jersey;jo jor jordan;ke ken kenya;kw kwt kuwait;"
    "lb lbn lebanon;"
    "li lie liechtenstein;lt ltu lithuania;lu lux luxembourg;lv lva latvia;ly lby libya;ma mar morocco;mc mco monaco;"
    "md mda moldova;me mne montenegro;mk mkd north macedonia|macedonia;mt mlt malta;mu mus mauritius;mz moz mozambique;"
    "na nam namibia;ng nga nigeria;nl nld netherlands|the netherlands|holland|nederland;no nor norway|norge;"
    "om omn oman;"
    "pl pol poland|polska;pt prt portugal;qa qat qatar;ro rou romania;rs srb serbia;ru rus russia|russian federation;"
    "rw rwa rwanda;sa sau saudi arabia;se swe sweden|sverige;si svn slovenia;sk svk slovakia;sn sen senegal;"
    "tn tun tunisia;tr tur turkey|türkiye;tz tza tanzania;ua ukr ukraine;ug uga uganda;xk xkx kosovo;"
    "za zaf south africa;"
    "zm zmb zambia;zw zwe zimbabwe",
    APAC: "au aus australia;bd bgd bangladesh;bn brn brunei;cn chn china;fj fji fiji;hk hkg hong kong;id idn indonesia;"
    "in ind india;jp jpn japan;kh khm cambodia;kr kor south korea|korea|republic of korea|korea, republic of;"
    "kz kaz kazakhstan;la lao laos;lk lka sri lanka;mm mmr myanmar;mn mng mongolia;mo mac macau|macao;mv mdv maldives;"
    "my mys malaysia;np npl nepal;nz nzl new zealand;pg png papua new guinea;ph phl philippines;pk pak pakistan;"
    "sg sgp singapore;th tha thailand;tw twn taiwan;uz uzb uzbekistan;vn vnm vietnam|viet nam",
    LATIN_AMERICA: "ar arg argentina;bo bol bolivia;br bra brazil|brasil;bs bhs bahamas;bz blz belize;cl chl chile;"
    "co col colombia;cr cri costa rica;cu cub cuba;do dom dominican republic;ec ecu ecuador;gt gtm guatemala;"
    "hn hnd honduras;jm jam jamaica;mx mex mexico|méxico;ni nic nicaragua;pa pan panama;pe per peru;py pry paraguay;"
    "sv slv el salvador;tt tto trinidad and tobago;uy ury uruguay;ve ven venezuela",
}  # fmt: skip


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    without_accents = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z]+", without_accents.replace(".", "").replace("'", "")))


def _regions() -> dict[str, str]:
    return {_plain(word): region for region, words in _REGION_WORDS.items() for word in words.split(",")}


def _countries() -> dict[str, str]:
    region_by_country: dict[str, str] = {}
    for region, table in _COUNTRIES.items():
        for entry in table.split(";"):
            two, three, names = entry.strip().split(" ", 2)
            for name in (two, three, *names.split("|")):
                region_by_country[_plain(name)] = region
    return region_by_country


REGION_BY_WORD = _regions()
REGION_BY_COUNTRY = _countries()


@lru_cache(maxsize=10_000)
def region_of(region: str, country: str) -> str:
    """Return the region of the file (``NA`` is North America), else the country's region, else ``unknown``.

    In a country column ``NA`` is Namibia (ISO 3166). Mexico and countries south of it are Latin America: our own choice,
    since the three regions of most price lists omit it.
    """
    folded = _plain(region)
    matching_region = REGION_BY_WORD.get(folded) or REGION_BY_COUNTRY.get(folded)
    return matching_region or REGION_BY_COUNTRY.get(_plain(country), UNKNOWN)
