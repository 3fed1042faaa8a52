import CanonicalJSON
import CreditModel
import ProfileMerge
import Testing

@Suite("As of a day: what was true on it, by what is known now")
struct AsOfTests {
    private let old = "广州旧名有限公司"
    private let new = "广州新名有限公司"

    private func asOf(_ day: String, _ rows: Row...) throws -> Reading {
        let day = try #require(Day(day))
        return Reading(
            (merger.merge(decision(rows), records: rows.map(\.history), asOf: day)?.bytes).flatMap {
                Reading(bytes: $0).value
            }
        )
    }

    private func change(of item: String = "名称变更", on day: String, from before: String, to after: String) -> Row {
        Row(.alteration, "P1|\(item)|\(day)").saying(
            [Fact("item", .code(item, label: nil)), Fact("before", .text(before)), Fact("after", .text(after))],
            from: day
        )
    }

    private func nameOf(_ profile: Reading) -> String? { profile["registration"]["name"]["value"].text }

    @Test("A change shows the old value before its day, and the new one from it")
    func changed() throws {
        let row = Row(.registration, "P1")
            .saying([named(old)], from: "2003-05-06", modified: "2003-05-07")
            .saying([named(new)], from: "2010-03-04", modified: "2010-03-05")
        let before = try asOf("2010-03-03", row)
        #expect(nameOf(before) == old)
        #expect(before["registration"]["name"]["history"].isAbsent)
        #expect(before["records"][0]["version"].text == row.versions[0].digest.text)
        let after = try asOf("2010-03-04", row)
        #expect(nameOf(after) == new)
        #expect(after["registration"]["name"]["history"][0]["value"].text == old)
        #expect(try asOf("2003-05-05", row).isAbsent, "nothing is known to have been true before the first day")
    }

    @Test("A correction shows corrected, whenever it came")
    func corrected() throws {
        let row = Row(.registration, "P1")
            .saying([named("广州错名有限公司")], from: "2003-05-06", modified: "2003-05-07")
            .saying([named(old)], from: "2003-05-06", modified: "2016-01-01")
            .saying([named(new)], from: "2010-03-04", modified: "2016-01-02")
        let profile = try asOf("2004-01-01", row)
        #expect(nameOf(profile) == old)
        #expect(!profile.description.contains("错名"))
    }

    @Test("What a correction dates earlier was true earlier")
    func datedEarlier() throws {
        let row = Row(.registration, "P1")
            .saying([named(old)], from: "2003-05-06", modified: "2003-05-07")
            .saying([named("广州错名有限公司")], from: "2012-01-01", modified: "2012-01-02")
            .saying([named(new)], from: "2010-03-04", modified: "2013-01-01")
        #expect(try nameOf(asOf("2010-03-03", row)) == old)
        #expect(try nameOf(asOf("2011-01-01", row)) == new)
        #expect(try nameOf(asOf("2012-06-01", row)) == new)
    }

    @Test("What begins later is not there; what has ended is there, and was in force")
    func items() throws {
        let licence = Row(.SCXKZ, "XK1").saying(
            [Fact("state", .code("有效", label: nil))],
            from: "2010-01-01",
            to: "2014-12-31"
        )
        let listing = Row(.abnormal, "A1").saying(
            [Fact("reason", .text("未公示年报"))],
            from: "2015-07-08",
            to: "2016-02-03"
        )
        let profile = try asOf("2012-01-01", licence, listing)
        #expect(profile["licences"][0]["inForce"].bool == true)
        #expect(profile["listings"].count == 0)
        #expect(profile["sources"]["hongdun"]["abnormal"].integer == 0)
        #expect(profile["records"].count == 1)
        let later = try asOf("2015-07-08", licence, listing)
        #expect(later["licences"][0]["inForce"].bool == false)
        #expect(later["listings"][0]["inForce"].bool == true)
        #expect(later["listings"][0]["to"].text == "2016-02-03", "a period is told whole, as it is known now")
        #expect(try asOf("2016-02-04", licence, listing)["listings"][0]["inForce"].bool == false)
    }

    @Test("Of a year the first day counts; a record without a day is in every answer")
    func dates() throws {
        let grade = Row(.NSRXYDJ, "1|2015").saying(
            [Fact("year", .number(2015)), Fact("grade", .code("B", label: nil))],
            from: "2015"
        )
        let penalty = Row(.penalty, "1").saying([Fact("violation", .text("某违法行为"))])
        #expect(try asOf("2014-12-31", grade, penalty)["assessments"].count == 0)
        #expect(try asOf("2014-12-31", grade, penalty)["penalties"].count == 1)
        #expect(try asOf("2015-01-01", grade, penalty)["assessments"].count == 1)
    }

    @Test("An alteration tells what was before, where the registry's row begins later")
    func alterationBefore() throws {
        let row = Row(.registration, "P1").saying(
            [named(new), Fact("registration.type", .code("1130", label: nil))],
            from: "2012-06-01"
        )
        let taxpayer = Row(.NSRXX, "1").saying([named("广州税名有限公司")], from: "2005-01-01")
        let profile = try asOf("2008-01-01", row, change(on: "2010-03-04", from: old, to: new), taxpayer)
        #expect(nameOf(profile) == old)
        #expect(profile["registration"]["name"]["conflicts"][0]["value"].text == "广州税名有限公司")
        #expect(profile["registration"]["type"].isAbsent, "it is not known to have been true then")
        #expect(profile["alterations"].count == 0)
        #expect(profile["records"].elements.map { $0["dataset"].text } == ["alteration", "NSRXX"])
        #expect(profile["registration"]["name"]["records"].description == "[0]")
        #expect(profile["sources"]["hongdun"]["registration"].integer == 0)
        let between = try asOf("2011-01-01", row, change(on: "2010-03-04", from: old, to: new), taxpayer)
        #expect(nameOf(between) == "广州税名有限公司", "the change is told as history; what came of it is the row's to say")
        #expect(between["alterations"].count == 1)
    }

    @Test("What an alteration says was before it was not so before the enterprise was established")
    func established() throws {
        let established = try Fact("registration.established", .date(.day(#require(Day("2003-05-06")))))
        let row = Row(.registration, "P1").saying([named(new), established], from: "2012-06-01")
        let change = change(on: "2010-03-04", from: old, to: new)
        #expect(try nameOf(asOf("2003-05-06", row, change)) == old)
        #expect(try asOf("2003-05-05", row, change).isAbsent)
    }

    @Test("What only a later alteration made is not said of the day before it, whatever day the row gives")
    func rowAhead() throws {
        let row = Row(.registration, "P1").saying([named(new)], from: "2003-05-06", modified: "2016-01-01")
        let middle = "广州中名有限公司"
        let changes = [
            change(on: "2010-03-04", from: old, to: middle), change(on: "2015-01-01", from: middle, to: new),
        ]
        #expect(try nameOf(asOf("2004-01-01", row, changes[0], changes[1])) == old)
        let between = try asOf("2012-01-01", row, changes[0], changes[1])
        #expect(nameOf(between) == middle)
        #expect(between["registration"]["name"]["from"].text == "2010-03-04")
        #expect(between["registration"]["name"]["history"][0]["value"].text == old)
        #expect(try nameOf(asOf("2015-01-01", row, changes[0], changes[1])) == new)
    }

    @Test("A register that spoke of the day is believed before a later alteration's word")
    func registerFirst() throws {
        let row = Row(.registration, "P1")
            .saying([named(old)], from: "2003-05-06", modified: "2003-05-07")
            .saying([named(new)], from: "2010-03-04", modified: "2010-03-05")
        let profile = try asOf("2005-01-01", row, change(on: "2010-03-04", from: "广州讹名有限公司", to: new))
        #expect(nameOf(profile) == old)
        #expect(profile["records"].count == 1)
    }

    @Test("A tax office's row is dated by its own time where something changes")
    func taxpayer() throws {
        let row = Row(.NSRXX, "1")
            .saying([Fact("tax.state", .code("03", label: nil))], from: "2005-01-01", modified: "2016-01-01")
            .saying([Fact("tax.state", .code("05", label: nil))], from: "2005-01-01", modified: "2017-06-01")
        #expect(try asOf("2017-05-31", row)["tax"]["state"]["value"].text == "03")
        #expect(try asOf("2017-06-01", row)["tax"]["state"]["value"].text == "05")
        #expect(try asOf("2004-12-31", row).isAbsent)
    }

    @Test("What was withdrawn is in the answer of no day, not even where the record came back")
    func withdrawn() throws {
        let gone = Row(.penalty, "1").saying([Fact("violation", .text("撤回之事"))], from: "2012-01-01")
            .withdrawn(modified: "2019-01-01")
        let back = Row(.registration, "P1")
            .saying([named(old)], from: "2003-05-06", modified: "2003-05-07")
            .withdrawn(modified: "2009-01-01")
            .saying([named(new)], from: "2010-03-04", modified: "2010-03-05")
        #expect(try asOf("2012-06-01", gone, back)["penalties"].count == 0)
        #expect(try !asOf("2012-06-01", gone, back).description.contains("撤回之事"))
        #expect(try asOf("2008-01-01", gone, back).isAbsent)
    }

    @Test(
        "As of the day of a profile is that profile, where nothing begins later",
        arguments: [Examples.usual, Examples.rich]
    )
    func today(_ rows: [Row]) {
        let today = merge(rows, codes: Examples.codes)
        let asOf = merger.merge(
            decision(rows, codes: Examples.codes),
            records: rows.map(\.history).reversed(),
            asOf: someDay
        )
        #expect(asOf == today)
    }
}

extension Reading {
    init(bytes: [UInt8]) { self.init((try? .init(parsing: bytes)) ?? nil) }
}
