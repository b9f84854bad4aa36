"""A chart as a picture. Nothing is drawn when this is imported."""

from outcomes.charts.style import Chart


def draw(chart: Chart, form: str) -> bytes:
    """The chart as "svg" or "png"; a document can fetch nothing while it is drawn."""
    import vl_convert  # here, for who has drawn once must not be forked any more

    if form == "svg":
        return vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]).encode()
    return vl_convert.vegalite_to_png(chart, scale=2, allowed_base_urls=[])
