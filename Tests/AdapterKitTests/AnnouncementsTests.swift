import AdapterKit
import CreditModel
import Testing

@Suite("The latest announcement of each tax office")
struct AnnouncementsTests {
    private func latest(_ rows: [(office: String, day: String, name: String, Operation)]) -> [String: String] {
        var announcements = Announcements(office: "OFFICE", day: "DAY", name: "NAME", latest: [:])
        for (office, day, name, operation) in rows {
            announcements.note(
                SourceRecord(
                    dataset: DatasetID(.statetax, "QSGG"),
                    key: RecordKey([office, day]),
                    operation: operation,
                    modified: LocalTime("2016-04-10 00:00:00") ?? LocalTime(seconds: 0),
                    sequence: 1,
                    fields: [RawField("OFFICE", office), RawField("DAY", day), RawField("NAME", name)],
                    original: [],
                    place: RowPlace(document: "", row: 1, line: 1)
                )
            )
        }
        return announcements.latest.mapValues(\.description)
    }

    @Test("is the last day of its rows, in whatever order and form they come")
    func last() {
        let rows: [(String, String, String, Operation)] = [
            ("14401", "2016-03-31", "甲", .record), ("14401", "2015-12-31", "乙", .record),
            ("１４４０２", "20160131", "丙", .record), (" 14402 ", "2015/10/1", "丁", .record),
        ]
        let wanted = ["14401": "2016-03-31", "14402": "2016-01-31"]
        #expect(latest(rows) == wanted && latest(rows.reversed()) == wanted)
    }

    @Test("and is not told by withdrawn rows, test rows, or days that cannot be")
    func noneOfThese() {
        let rows: [(String, String, String, Operation)] = [
            ("14401", "2016-03-31", "甲", .record), ("14401", "2016-04-01", "甲", .withdrawal),
            ("14401", "2016-04-02", "测试甲", .record), ("14401", "2106-03-31", "甲", .record),
            ("14401", "二〇一六", "甲", .record), ("14401", "", "甲", .record), ("", "2016-04-05", "甲", .record),
        ]
        #expect(latest(rows) == ["14401": "2016-03-31"])
    }

    @Test("though one may be written down before its day comes")
    func ahead() { #expect(latest([("14401", "2016-06-30", "甲", .record)]) == ["14401": "2016-06-30"]) }
}
