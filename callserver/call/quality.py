"""How well a leg sounded: MOS by the E-model (ITU-T G.107, 06/2015). Pure.

Loss, jitter and delay are measured; all else has the recommendation's default values. Three choices
are ours: loss is taken as random and concealed (PJSIP conceals, so do softphones: ITU-T G.113
appendix I, G.711 with PLC); the receiver's jitter buffer is taken as twice the mean jitter; G.722
is judged on the narrowband scale as G.711 is, because the conference bridge runs at 8 kHz and
nobody hears more than that.
"""

from math import log2, log10, pow, sqrt

from callserver.model.call import LegStats

RO = 94.77  # basic signal-to-noise ratio, defaults of table 2
IS = 1.41  # simultaneous impairment, defaults of table 2
IE = {"PCMU": 0.0, "PCMA": 0.0, "G722": 0.0}  # equipment impairment, by codec (G.113 appendix I)
BPL_PERCENT = 25.1  # robustness against random loss: G.711 with concealment (G.113 appendix I)
TELR_DB = 65.0  # talker echo loudness rating, default
WEPL_DB = 110.0  # weighted echo path loss, default
PACKET_MS = 20.0


def mos(stats: LegStats) -> float | None:
    """Mean opinion score, 1 (bad) to 4.5 (excellent), of the worse direction of a leg over its
    whole life. None: no packets, or a codec that is not known here."""
    codec = stats.codec.partition("/")[0].upper()
    if codec not in IE:
        return None
    heard_by_us = _rating(
        IE[codec],
        _percent(stats.rx_lost, stats.rx_packets + stats.rx_lost),
        _delay_ms(stats.round_trip_ms, stats.rx_jitter_ms),
    )
    heard_by_them = _rating(
        IE[codec],
        _percent(stats.tx_lost, stats.tx_packets),
        _delay_ms(stats.round_trip_ms, stats.tx_jitter_ms),
    )
    judged = []
    if stats.rx_packets > 0 or stats.rx_lost > 0:
        judged.append(heard_by_us)
    if stats.tx_packets > 0:
        judged.append(heard_by_them)
    return _mos(min(judged)) if judged else None


def _percent(lost: int, expected: int) -> float:
    """Lost packets in percent. Duplicates make RTCP's count negative (RFC 3550 section 6.4.1)."""
    return 100.0 * min(max(lost, 0) / expected, 1.0) if expected > 0 else 0.0


def _delay_ms(round_trip_ms: float, jitter_ms: float) -> float:
    """Mouth to ear, one way: network, jitter buffer, one packet."""
    return max(round_trip_ms, 0.0) / 2 + 2 * max(jitter_ms, 0.0) + PACKET_MS


def _rating(ie: float, loss_percent: float, delay_ms: float) -> float:
    """R = Ro - Is - Id - Ie,eff (clause 7.1, with A = 0)."""
    ie_eff = ie + (95.0 - ie) * loss_percent / (loss_percent + BPL_PERCENT)  # clause 7.5
    return RO - IS - _delay_impairment(delay_ms) - ie_eff


def _delay_impairment(delay_ms: float) -> float:
    """Id = Idte + Idle + Idd (clause 7.4); round trip is twice one way."""
    terv = TELR_DB - 40 * log10((1 + delay_ms / 10) / (1 + delay_ms / 150))
    talker = (RO - (80 + 2.5 * (terv - 14))) / 2
    talker_echo = talker + sqrt(talker**2 + 100) - 1
    listener = (RO - 10.5 * (WEPL_DB + 7) * pow(2 * delay_ms + 1, -0.25)) / 2
    listener_echo = listener + sqrt(listener**2 + 169)
    if delay_ms <= 100:
        return talker_echo + listener_echo
    x = log2(delay_ms / 100)
    absolute = 25 * (pow(1 + x**6, 1 / 6) - 3 * pow(1 + (x / 3) ** 6, 1 / 6) + 2)
    return talker_echo + listener_echo + absolute


def _mos(rating: float) -> float:
    """From R to MOS (annex B, equation B-4)."""
    if rating <= 0:
        return 1.0
    if rating >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
