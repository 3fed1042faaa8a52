import CanonicalJSON
import CreditModel
import ProfileMerge
import Testing

@Suite("How long a profile is")
struct SizeTests {
    @Test("A usual enterprise with ten records stays below 4.7 kB")
    func usual() {
        let profile = merge(Examples.usual, codes: Examples.codes)
        #expect(Reading(profile)["records"].count == 10)
        #expect(profile.bytes.count <= 4_700)
        #expect(profile.annexes.isEmpty)
    }

    @Test("The bytes are canonical, and their digest is the version")
    func canonical() throws {
        for rows in [Examples.usual, Examples.vast(2_000)] {
            let profile = merge(rows, codes: Examples.codes)
            #expect(try JSONValue(parsing: profile.bytes).canonical == profile.bytes)
            #expect(profile.version == ShortDigest.text(of: sha256(profile.bytes)))
            for annex in profile.annexes {
                #expect(try JSONValue(parsing: annex.bytes).canonical == annex.bytes)
                #expect(annex.digest == ShortDigest.text(of: sha256(annex.bytes)))
            }
        }
    }

    @Test(
        "However many records: the profile fits, and every record is in it or in a rest document",
        arguments: [500, 5_000]
    )
    func vast(_ count: Int) throws {
        let rows = Examples.vast(count) + [Row(.nsr, "says nothing").saying([])]
        let profile = merge(rows)
        #expect(profile.bytes.count <= MergePolicy.standard.sizeLimit)
        #expect(profile.bytes.count > MergePolicy.standard.sizeLimit / 2, "what fits is shown")
        var keys = Set(Reading(profile)["records"].elements.compactMap { $0["key"].text })
        for annex in profile.annexes {
            keys.formUnion(
                Reading(try JSONValue(parsing: annex.bytes))["records"].elements.compactMap { $0["key"].text }
            )
        }
        #expect(keys == Set(rows.map(\.key)))
    }

    @Test("Of a cut list the newest stay, with count and digest of the rest")
    func cut() throws {
        let profile = merge(Examples.vast(5_000))
        let reading = Reading(profile)
        for section in ["certifications", "penalties", "alterations", "inspections"] {
            let entry = reading["cut"][section]
            let rest = try #require(profile.annexes.first { $0.digest == entry["rest"]["digest"].text })
            let items = Reading(try JSONValue(parsing: rest.bytes))["items"]
            #expect(entry["count"].integer == 1_000)
            #expect(entry["rest"]["count"].integer == Int64(items.count))
            #expect(reading[section].count + items.count == 1_000)
            #expect(reading[section].count > 10)
            let oldestShown = reading[section].elements.last?["from"].text ?? ""
            #expect(items.elements.allSatisfy { $0["from"].text ?? "" < oldestShown })
        }
        #expect(reading["sources"]["quality"]["CCC"].integer == 1_000)
        #expect(reading["cut"]["shops"].isAbsent)
    }

    @Test("A text longer than a profile is shown by its beginning, and whole in the rest document")
    func longText() throws {
        let long = String(repeating: "长", count: 80_000)
        let profile = merge(
            Row(.registration, "P1").saying([named("某公司"), Fact("registration.scope", .text(long))]),
            Row(.penalty, "1").saying([Fact("facts", .text(long)), Fact("violation", .text("短"))])
        )
        #expect(profile.bytes.count <= MergePolicy.standard.sizeLimit)
        let reading = Reading(profile)
        #expect(reading["registration"]["scope"]["truncated"].bool == true)
        #expect(reading["penalties"][0]["truncated"].description == #"["facts"]"#)
        #expect(reading["penalties"][0]["violation"].text == "短")
        #expect(profile.annexes.count == 2)
        for annex in profile.annexes { #expect(String(decoding: annex.bytes, as: UTF8.self).contains(long)) }
    }

    @Test("A key of three long parts is shown as it was sent")
    func threeParts() {
        let authority = "广东省广州市" + String(repeating: "质量技术监督", count: 5) + "局"
        let key = RecordKey([authority, "（穗）质监罚字〔2016〕第000000000001号", String(repeating: "广州于裕贸易", count: 10) + "有限公司"])
        #expect(key.text.utf8.count > 300)
        #expect(Reading(merge(Row(.penalty, key.text).saying([])))["records"][0]["key"].text == key.text)
    }

    @Test("Long keys of records that every field names, in history too, leave the profile within its limit")
    func longKeysEverywhere() {
        let tail = String(repeating: "号", count: 190)
        var rows = (0..<120).map { number in
            Row(.alteration, "\(number)\(tail)").saying(
                [
                    Fact("item", .code(["名称变更", "法定代表人变更", "住所变更"][number % 3], label: nil)),
                    Fact("before", .text("前\(number)")), Fact("after", .text("后\(number)")),
                ],
                from: "2010-01-01"
            )
        }
        for dataset in [DatasetID.registration, .ZZJGDM, .NSRXX, .nsr] {
            rows += (0..<20).map { number in
                let fields = [
                    "name", "legalRepresentative", "address", "scope", "type", "state", "capital", "industry",
                ]
                return Row(dataset, "\(number)\(tail)").saying(
                    fields.map { Fact("registration.\($0)", .text("\(dataset)\(number)")) }
                        + ["state", "authority", "registered"].map { Fact("tax.\($0)", .text("\(dataset)\(number)")) }
                )
            }
        }
        rows += (0..<200).map { Row(.penalty, "\($0)\(tail)").saying([Fact("facts", .text(tail))]) }
        let profile = merge(rows)
        #expect(profile.bytes.count <= MergePolicy.standard.sizeLimit)
        #expect(Reading(profile)["penalties"].count > 0)
    }

    @Test("A key of any length does not keep a profile from fitting")
    func longKeys() {
        let rows = (0..<20).map { Row(.penalty, "\($0)" + String(repeating: "号", count: 60_000)).saying([]) }
        #expect(merge(rows).bytes.count < 10_000)
    }

    @Test("A registration that changed three thousand times fits, and tells all of it in its rest document")
    func longHistory() throws {
        var row = Row(.registration, "P1")
        for number in 0..<3_000 {
            let day = Day(number: Int32(10_000 + number)).description
            row = row.saying([named("广州市第\(number)机电设备有限公司")], from: day, modified: day)
        }
        let profile = merge(row)
        #expect(profile.bytes.count <= MergePolicy.standard.sizeLimit)
        let history = Reading(profile)["registration"]["name"]["history"]
        #expect(history[0]["value"].text == "广州市第2998机电设备有限公司")
        #expect(history.count == 20)
        let rest = try #require(profile.annexes.first)
        #expect(Reading(try JSONValue(parsing: rest.bytes))["registration"]["name"]["history"].count == 2_999)
        #expect(profile.card.names.count == SearchCard.mostNames)
    }

    @Test("A registration that says nothing is named where only lists are cut")
    func silent() {
        let long = String(repeating: "事", count: 3_000)
        let penalties = (0..<30).map { Row(.penalty, "\($0)").saying([Fact("facts", .text(long))]) }
        let profile = merge(penalties + [Row(.nsr, "says nothing").saying([])])
        let keys = Reading(profile)["records"].elements.compactMap { $0["key"].text }
        let rest = profile.annexes.flatMap { Reading(try? JSONValue(parsing: $0.bytes))["records"].elements }
        #expect(profile.annexes.count > 0)
        #expect(Set(keys + rest.compactMap { $0["key"].text }).contains("says nothing"))
    }
}
