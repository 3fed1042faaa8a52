import CreditModel
import ProfileMerge
import Testing

@Suite("History: what was true before")
struct HistoryTests {
    private let old = "广州旧名有限公司"
    private let new = "广州新名有限公司"

    @Test("A version that is true later makes history, one that is true from the same day corrects")
    func versions() {
        let row = Row(.registration, "P1")
            .saying([named("广州错名有限公司")], from: "2003-05-06", modified: "2003-05-07")
            .saying([named(old)], from: "2003-05-06", modified: "2004-01-01")
            .saying([named(new)], from: "2010-03-04", modified: "2010-03-05")
        let profile = merge(row)
        let field = Reading(profile)["registration"]["name"]
        #expect(field["value"].text == new)
        #expect(field["from"].text == "2010-03-04")
        #expect(field["history"].count == 1)
        #expect(field["history"][0]["value"].text == old)
        #expect(field["history"][0]["from"].text == "2003-05-06")
        #expect(field["history"][0]["to"].text == "2010-03-03")
        #expect(field["history"][0]["version"].text == row.versions[1].digest.text)
        #expect(profile.card.names.map(\.text) == [new, old])
    }

    @Test("A correction that arrives before what it corrects leaves the same profile")
    func outOfOrder() {
        let row = Row(.registration, "P1")
            .saying([named(old)], from: "2003-05-06", modified: "2003-05-07")
            .saying([named(new)], from: "2010-03-04", modified: "2010-03-05")
        var turned = row
        turned.versions.reverse()
        #expect(merge(row) == merge(turned))
    }

    @Test("A change back and forth is told as it was")
    func backAndForth() {
        let row = Row(.registration, "P1")
            .saying([named(old)], from: "2003-01-01", modified: "2003-01-01")
            .saying([named(new)], from: "2005-01-01", modified: "2005-01-01")
            .saying([named(old)], from: "2007-01-01", modified: "2007-01-01")
        let history = Reading(merge(row))["registration"]["name"]["history"]
        #expect(history.elements.map { $0["value"].text } == [new, old])
    }

    @Test("A row of a tax office is dated by its own time where something changes")
    func taxpayer() {
        let row = Row(.NSRXX, "1")
            .saying([Fact("tax.state", .code("03", label: "正常"))], from: "2005-01-01", modified: "2016-01-01")
            .saying([Fact("tax.state", .code("05", label: "非正常"))], from: "2005-01-01", modified: "2017-06-01")
        let state = Reading(merge(row))["tax"]["state"]
        #expect(state["value"].text == "05")
        #expect(state["from"].text == "2017-06-01")
        #expect(
            state["history"].description
                == #"[{"from":"2005-01-01","label":"正常","records":[0],"to":"2017-05-31","value":"03","version":"\#(row.versions[0].digest)"}]"#
        )
    }

    @Test("A change of name tells the old name until its day, and from when the present one counts")
    func alteration() {
        let change = Row(.alteration, "P1|名称变更|2010-03-04").saying(
            [Fact("item", .code("名称变更", label: nil)), Fact("before", .text(old)), Fact("after", .text(new))],
            from: "2010-03-04"
        )
        let field = Reading(merge(Row(.registration, "P1").saying([named(new)], from: "2012-01-01"), change))[
            "registration"
        ]["name"]
        #expect(field["from"].text == "2010-03-04")
        #expect(field["history"].description == #"[{"records":[0],"to":"2010-03-03","value":"\#(old)"}]"#)
    }

    @Test("Version, alteration and former name that tell of one time are told once")
    func once() {
        let change = Row(.alteration, "P1|名称变更|2010-03-04").saying(
            [Fact("item", .text("名称变更")), Fact("before", .text(old)), Fact("after", .text(new))],
            from: "2010-03-04"
        )
        let row = Row(.registration, "P1")
            .saying([named(old)], from: "2003-05-06", modified: "2003-05-07")
            .saying(
                [named(new), Fact("registration.formerNames", .list([old, "广州更旧有限公司"]))],
                from: "2010-03-04",
                modified: "2010-03-05"
            )
        let history = Reading(merge(row, change))["registration"]["name"]["history"]
        #expect(history.elements.map { $0["value"].text } == [old, "广州更旧有限公司"])
        #expect(history[0]["from"].text == "2003-05-06")
        #expect(history[0]["to"].text == "2010-03-03")
        #expect(history[0]["records"].description == "[0,1]")
        #expect(history[1]["to"].isAbsent)
    }

    @Test("Nothing that was withdrawn is told, not even as history of a record that came back")
    func withdrawn() {
        let row = Row(.registration, "P1")
            .saying([named(old)], from: "2003-05-06", modified: "2003-05-07")
            .withdrawn(modified: "2009-01-01")
            .saying([named(new)], from: "2010-03-04", modified: "2010-03-05")
        #expect(!String(decoding: merge(row).bytes, as: UTF8.self).contains(old))
    }

    @Test("An item whose true-from moved on keeps what it said before")
    func item() {
        let row = Row(.SCXKZ, "XK1")
            .saying(
                [Fact("product", .text("线"), original: " 线")],
                from: "2010-01-01",
                to: "2014-12-31",
                modified: "2010-01-02"
            )
            .saying([Fact("product", .text("电缆"))], from: "2015-01-01", to: "2019-12-31", modified: "2015-01-02")
        let licence = Reading(merge(row))["licences"][0]
        #expect(licence["product"].text == "电缆")
        #expect(
            licence["history"].description
                == #"[{"from":"2010-01-01","originals":{"product":" 线"},"to":"2014-12-31","values":{"product":"线"},"version":"\#(row.versions[0].digest)"}]"#
        )
    }

    @Test("A former name is told as a registration would write it, with the text of the change beside it")
    func normalised() {
        let change = Row(.alteration, "P1|名称变更|2010-03-04").saying(
            [
                Fact("item", .code("名称变更", label: nil)), Fact("before", .text("广州旧名(集团) 有限公司")),
                Fact("after", .text(new)),
            ],
            from: "2010-03-04"
        )
        let field = Reading(merge(Row(.registration, "P1").saying([named(new)]), change))["registration"]["name"]
        #expect(field["history"][0]["value"].text == "广州旧名（集团）有限公司")
        #expect(field["history"][0]["original"].text == "广州旧名(集团) 有限公司")
    }
}
