import CreditModel
import Testing

@Suite("Times and days as agencies write them")
struct LocalTimeTests {
    @Test(
        "A second is read in each of its forms",
        arguments: [
            "2018-06-01 08:09:10", "2018-06-01T08:09:10", "2018-06-01T08:09:10+08:00", "2018-06-01 08:09:10+08:00",
            "20180601080910",
        ]
    )
    func seconds(_ text: String) throws {
        let time = try #require(LocalTime(text))
        #expect(time.spaced == "2018-06-01 08:09:10")
        #expect(time.description == "2018-06-01T08:09:10+08:00")
        #expect(time.compact == "20180601080910")
        #expect(LocalTime(text.dropFirst(0)) == time)
    }

    @Test(
        "What is no second is refused",
        arguments: [
            "", "2018-06-01", "2018-06-01 08:09", "2018-06-01 08:09:1", "2018-06-01 24:00:00", "2018-06-01 08:60:00",
            "2018-06-01 08:09:60", "2018-02-29 08:09:10", "2018/06/01 08:09:10", "2018-06-01_08:09:10",
            "2018-06-01T08:09:10+09:00", "2018-06-01T08:09:10+08.00", "2018-06-01T08:09:10Z", "2018060108091",
            "201806010809100", "2018-06-01 08:09:1０", "0000-06-01 08:09:10", "-018-06-01 08:09:10",
        ]
    )
    func noSeconds(_ text: String) { #expect(LocalTime(text) == nil) }

    @Test("Every day of four centuries is written as it is read")
    func days() throws {
        for number in stride(from: Int32(-60_000), to: 90_000, by: 13) {
            let day = Day(number: number)
            #expect(Day(day.description) == day)
            #expect(day.description.utf8.count == 10)
        }
        #expect(Day(number: 0).description == "1970-01-01")
        #expect(Day("9999-12-31")?.description == "9999-12-31")
        #expect(Day("0001-01-01")?.description == "0001-01-01")
    }

    @Test(
        "What is no day is refused",
        arguments: [
            "", "2018-6-1", "2018-13-01", "2018-00-01", "2018-02-30", "20180601", "2018-06-01 ", "2018-06-0a",
            "2018/06/01",
        ]
    )
    func noDays(_ text: String) { #expect(Day(text) == nil) }
}
