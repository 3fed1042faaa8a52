import CreditModel
import Testing

@Suite("Moments as people and programs write them")
struct MomentTests {
    @Test(
        "With a zone, or without one as Shanghai's time",
        arguments: [
            "2018-06-01T10:00:00+08:00", "2018-06-01 10:00:00", "2018-06-01T10:00", "2018-06-01 10:00",
            "2018-06-01T02:00:00Z", "2018-06-01t02:00:00.999z", "2018-06-01T02:00Z", "2018-05-31T21:30:00-04:30",
            "2018-06-01 10:00:00.1+08:00", "2018-06-01T02:00:00-00:00",
        ]
    )
    func read(_ text: String) { #expect(LocalTime(moment: text)?.posix == 1_527_818_400) }

    @Test(
        "Anything else is no moment",
        arguments: [
            "", "2018-06-01", "2018-06-01T10", "2018-06-01T10:", "2018-06-01T10:00:", "2018-06-01T10:00:0",
            "2018-06-01T10:00:60", "2018-06-01T24:00", "2018-06-01T10:60", "2018-02-29T10:00", "2018-06-01T10:00:00.",
            "2018-06-01T10:00:00.1234567890", "2018-06-01T10:00:00+0800", "2018-06-01T10:00:00+08:0",
            "2018-06-01T10:00:00+24:00", "2018-06-01T10:00:00 +08:00", "2018-06-01T10:00Zx", "2018-06-01x10:00",
            "2018-06-01T１0:00", "now", "1527818400",
        ]
    )
    func refused(_ text: String) { #expect(LocalTime(moment: text) == nil) }
}
