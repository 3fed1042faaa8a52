import CreditModel
import ProfileMerge
import Testing

@Suite("What a profile says, section by section")
struct SectionTests {
    @Test("The registry's word counts first, and what others say instead stands beside it")
    func precedence() {
        let field = Reading(merge(Examples.rich))["registration"]["name"]
        #expect(field["value"].text == Examples.name)
        #expect(field["records"].description == "[3,6]", "the registry and the code register agree")
        #expect(field["originals"].description == #"{"3":"广州市越秀区恒通机电设备有限公司 "}"#)
        #expect(field["conflicts"].description == #"[{"records":[7],"value":"广州越秀区恒通机电设备有限公司"}]"#)
        let address = Reading(merge(Examples.organisation, Examples.taxpayer))["registration"]["address"]
        #expect(address["value"].text == "广州市越秀区环市东路368号1203")
    }

    @Test("Tax facts are the state tax office's, then the local one's")
    func tax() {
        let local = Row(.nsr, "440104712345672").saying(
            [Fact("tax.state", .code("05", label: "非正常"))],
            from: "2005-01-01"
        )
        let state = Reading(merge(local, Examples.taxpayer))["tax"]["state"]
        #expect(state["value"].text == "03")
        #expect(state["label"].text == "正常")
        #expect(state["conflicts"][0]["value"].text == "05")
        #expect(Reading(merge(local))["tax"]["state"]["value"].text == "05")
    }

    @Test("Of two rows of one dataset the one that is true later counts, whatever their keys")
    func newerRow() {
        let old = Row(.NSRXX, "440103712345672").saying(
            [Fact("tax.state", .code("07", label: nil))],
            from: "2005-01-01",
            modified: "2017-01-01"
        )
        let new = Row(.NSRXX, "440104712345672").saying(
            [Fact("tax.state", .code("03", label: nil))],
            from: "2014-01-01",
            modified: "2016-01-01"
        )
        #expect(Reading(merge(old, new))["tax"]["state"]["value"].text == "03")
    }

    @Test("Every source is named with how many records it gave, 0 where none")
    func sources() {
        let sources = Reading(merge(Examples.rich))["sources"]
        #expect(sources.names == ["hongdun", "localtax", "quality", "statetax"])
        #expect(sources["statetax"].description == #"{"NSRXX":1,"NSRXYDJ":2,"QSGG":0,"ZDSSWF":0}"#)
        #expect(sources["localtax"].description == #"{"cf":0,"fzc":0,"nsr":0,"qs":0}"#)
    }

    @Test("An item names its record, its values plainly, labels and originals beside them")
    func penalty() {
        let profile = Reading(merge(Examples.rich))
        let penalty = profile["penalties"][0]
        #expect(penalty["fine"].description == #"{"amount":"20000","currency":"CNY"}"#)
        #expect(penalty["originals"].description == #"{"decisionNumber":"穗工商越处字(2017)33号","fine":"2"}"#)
        #expect(penalty["labels"].description == #"{"severity":"一般"}"#)
        #expect(penalty["from"].text == "2017-09-30")
        #expect(penalty["role"].isAbsent)
        let record = profile["records"][Int(penalty["records"][0].integer ?? -1)]
        #expect(record["key"].text == "穗工商越处字〔2017〕33号|广州市越秀区工商行政管理局")
        #expect(record["modified"].text == "2018-01-01T12:00:00+08:00")
    }

    @Test("The same penalty told by two agencies stays two")
    func twoPenalties() {
        let number = Fact("decisionNumber", .text("穗质监罚〔2017〕1号"))
        let profile = Reading(merge(Row(.cf, "1").saying([number]), Row(.XZCF, "1").saying([number])))
        #expect(profile["penalties"].count == 2)
    }

    @Test("The newest item comes first, and one without a day last")
    func order() {
        let rows = ["2015-02-01", nil, "2017-03-01", "2016"].enumerated().map { index, from in
            Row(.fzc, "\(index)").saying([], from: from)
        }
        #expect(
            Reading(merge(rows))["listings"].elements.map { $0["from"].text } == [
                "2017-03-01", "2016", "2015-02-01", nil,
            ]
        )
    }

    @Test("A forged product's nominal producer is its victim, apart from what it produced and sold")
    func victim() {
        let forged = [Fact("result", .code("假冒", label: nil))]
        let inspections = Reading(
            merge(
                Row(.JDCC, "1", role: .victim).saying(forged),
                Row(.JDCC, "2", role: .producer).saying(forged),
                Row(.JDCC, "2", role: .seller).saying(forged)
            )
        )["inspections"]
        #expect(Set(inspections.elements.compactMap { $0["role"].text }) == ["victim", "producer", "seller"])
        #expect(inspections.count == 3)
    }

    @Test("Of an enterprise that no register describes, the name is the one by which others call it")
    func unregistered() {
        let profile = merger.merge(
            decision([Row(.CCC, "1", name: "佛山某厂").saying([])], registered: false),
            records: [Row(.CCC, "1", name: "佛山某厂").saying([]).history],
            day: someDay
        )
        #expect(Reading(profile)["registration"]["name"].description == #"{"records":[0],"value":"佛山某厂"}"#)
        #expect(Reading(profile)["registered"].bool == false)
        #expect(profile.card.names.map(\.text) == ["佛山某厂"])
    }

    @Test("Test rows, withdrawn rows, rows that a complete read lacks and other enterprises' rows are in no profile")
    func notShown() {
        let test = Row(.penalty, "1").saying([], isTest: true)
        let gone = Row(.penalty, "2").saying([]).withdrawn(modified: "2018-02-01")
        let mine = Row(.penalty, "3").saying([])
        let absent = Row(.penalty, "5").saying([]).absent(modified: "2018-02-01")
        let profile = merger.merge(
            EnterpriseDecision(
                id: EnterpriseID(pripid: "P1", digest: sha256),
                aliases: [],
                isRegistered: true,
                codes: [],
                members: [test, gone, absent, mine].map { Membership(record: $0.reference, reason: .registryKey("P1")) }
            ),
            records: [test, gone, absent, mine, Row(.penalty, "4").saying([])].map(\.history),
            day: someDay
        )
        #expect(Reading(profile)["penalties"].count == 1)
        #expect(Reading(profile)["records"].elements.map { $0["key"].text } == ["3"])
    }

    @Test("A key with the number of an identity card is shown as a digest, and such a code not at all")
    func restricted() {
        let card = "440104198001011234"
        var row = Row(.NSRXX, card).saying(
            [Fact("tax.state", .code("03", label: nil))],
            codes: [SubjectCode(Code(.tax, card), .unchecked, isRestricted: true)]
        )
        row.hasRestrictedKey = true
        let profile = merge([row], codes: [Code(.uscc, "914401047123456723"), Code(.tax, card)])
        let text = String(decoding: profile.bytes, as: UTF8.self)
        #expect(!text.contains(card))
        #expect(Reading(profile)["records"][0]["key"].text?.hasPrefix("hmac:sx") == true)
        #expect(
            Reading(profile)["identifiers"].description
                == #"{"org":[],"regno":[],"tax":[],"uscc":["914401047123456723"]}"#
        )
    }

    @Test("A licence is in force within its period while its state says so, and the profile knows when that ends")
    func force() {
        let licence = Row(.SCXKZ, "1").saying(
            [Fact("state", .code("有效", label: nil))],
            from: "2014-08-01",
            to: "2019-07-31"
        )
        let during = merge(licence, day: someDay)
        #expect(Reading(during)["licences"][0]["inForce"].bool == true)
        #expect(during.nextDay?.description == "2019-08-01")
        let lastDay = merge(licence, day: Day(number: 18_108))
        #expect(lastDay.bytes == during.bytes, "the last day is inclusive")
        let after = merge(licence, day: Day(number: 18_109))
        #expect(Reading(after)["licences"][0]["inForce"].bool == false)
        #expect(after.nextDay == nil)
        let before = merge(licence, day: Day(number: 16_000))
        #expect(Reading(before)["licences"][0]["inForce"].bool == false)
        #expect(before.nextDay?.description == "2014-08-01")
        let cancelled = merge(Row(.SCXKZ, "1").saying([Fact("state", .code("注销", label: nil))], to: "2019-07-31"))
        #expect(Reading(cancelled)["licences"][0]["inForce"].bool == false)
        #expect(cancelled.nextDay == nil)
    }

    @Test("The agency's texts of an item's own time stand among its originals, in its history too")
    func timeOriginals() {
        let row = Row(.abnormal, "1")
            .saying(
                [Fact("reason", .code("1", label: nil), original: "１")],
                from: "2014-05-06",
                to: "2015-01-02",
                fromOriginal: "2014/5/6",
                toOriginal: "2015/1/2",
                modified: "2015-02-01"
            )
            .saying(
                [Fact("reason", .code("2", label: nil))],
                from: "2016-07-08",
                fromOriginal: "2016.7.8",
                modified: "2016-08-01",
                sequence: 2
            )
        let listing = Reading(merge(row))["listings"][0]
        #expect(listing["from"].text == "2016-07-08")
        #expect(listing["originals"].description == #"{"from":"2016.7.8"}"#)
        #expect(
            listing["history"][0]["originals"].description
                == #"{"from":"2014/5/6","reason":"１","to":"2015/1/2"}"#
        )
    }

    @Test("A period that is the year of the item has no texts of its own")
    func yearOriginals() {
        let row = Row(.shop, "1").saying(
            [Fact("year", .date(.year(2016)), original: "２０１６")],
            from: "2016",
            to: "2016",
            fromOriginal: "２０１６",
            toOriginal: "２０１６"
        )
        #expect(Reading(merge(row))["shops"][0]["originals"].description == #"{"year":"２０１６"}"#)
    }

    @Test("A code that an older reading took for an enterprise's is not shown where it is a card's")
    func cardAmongCodes() {
        let profile = merge([Row(.penalty, "1").saying([])], codes: [Code(.uscc, "44010619850315010X")])
        #expect(!String(decoding: profile.bytes, as: UTF8.self).contains("44010619850315010X"))
    }

    @Test("an end that cannot be read is shown as sent, and nothing is said of what is in force")
    func unreadableEnd() throws {
        let listed = Row(.abnormal, "1").saying([
            Fact("reason", .code("1", label: nil)), Fact("to", .text("2017-02-30")),
        ])
        let listing = Reading(merge(listed))["listings"][0]
        #expect(listing["to"].text == "2017-02-30")
        #expect(listing["inForce"].bool == nil)
        let licence = Reading(merge(Row(.SCXKZ, "1").saying([Fact("validTo", .text("明年"))])))["licences"][0]
        #expect(licence["inForce"].bool == nil)
        let ended = Row(.abnormal, "1").saying([Fact("to", .text("2017-02-30"))], to: "2015-01-01")
        #expect(Reading(merge(ended))["listings"][0]["to"].text == "2015-01-01")
        let start = Row(.penalty, "1").saying([Fact("from", .text("昨天"))])
        #expect(Reading(merge(start))["penalties"][0]["from"].text == "昨天")
    }
}
