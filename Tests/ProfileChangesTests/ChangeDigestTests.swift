import CreditModel
import Crypto
import HashTree
import ProfileChanges
import Testing

@Suite("What a change of a profile comes to")
struct ChangeDigestTests {
    private static let a = EnterpriseID(pripid: "a") { Array(SHA256.hash(data: $0)) }
    private static let b = EnterpriseID(pripid: "b") { Array(SHA256.hash(data: $0)) }

    private static func document(
        records: [String],
        sections: String,
        annexes: [String] = []
    ) throws -> ProfileDocument {
        let list = records.map {
            #"{"agency":"quality","dataset":"JDCC","key":"\#($0)","modified":null,"role":"subject","version":"v"}"#
        }
        let json = #"{"id":"\#(a)",\#(sections),"records":[\#(list.joined(separator: ","))],"registered":true}"#
        return try ProfileDocument(Array(json.utf8), annexes: annexes.map { Array($0.utf8) })
    }

    private static func digest(_ old: ProfileDocument?, _ new: ProfileDocument?) throws -> ChangeDigest {
        try ChangeDigest(
            before: old.map { _ in .version("v1") },
            after: new.map { _ in .version("v2") },
            old: old,
            new: new
        )
    }

    private static func keys(_ digest: ChangeDigest) -> [String] { digest.retracted.map(\.record.key) }

    @Test("Only the sections that say something else are named")
    func sections() throws {
        let old = try Self.document(
            records: ["1", "2"],
            sections: #""penalties":[{"facts":"}{,\"","records":[1]}],"tax":{"state":{"records":[0],"value":"正常"}}"#
        )
        let new = try Self.document(
            records: ["1", "2"],
            sections: #""penalties":[{"facts":"}{,\"","records":[1]}],"tax":{"state":{"records":[0],"value":"注销"}}"#
        )
        let digest = try Self.digest(old, new)
        #expect(digest.kind == .changed && digest.sections == ["tax"] && digest.retracted.isEmpty)
        #expect(digest.versionBefore == "v1" && digest.versionAfter == "v2")
        #expect(try Self.digest(new, new).sections.isEmpty)
        #expect(try Self.digest(nil, new).kind == .created)
        #expect(try Self.digest(nil, new).sections == ["penalties", "records", "registered", "tax"])
    }

    @Test("A record that goes away is retracted, with its sections; those that only moved up are no news")
    func places() throws {
        let old = try Self.document(
            records: ["1", "2", "3"],
            sections:
                #""penalties":[{"records":[0]},{"records":[2]}],"tax":{"name":{"originals":{"1":"甲"},"records":[1,2]}}"#
        )
        let new = try Self.document(
            records: ["2", "3"],
            sections: #""penalties":[{"records":[1]}],"tax":{"name":{"originals":{"0":"甲"},"records":[0,1]}}"#
        )
        let digest = try Self.digest(old, new)
        #expect(digest.sections == ["penalties", "records"])
        #expect(Self.keys(digest) == ["1"] && digest.retracted.first?.sections == ["penalties"])
        let back = try Self.digest(new, old)
        #expect(back.sections == digest.sections && back.retracted.isEmpty)
    }

    @Test("Equal bytes under other records are news")
    func sameBytes() throws {
        let sections = #""tax":{"name":{"records":[0],"value":"甲"}}"#
        let digest = try Self.digest(
            Self.document(records: ["1", "2"], sections: sections),
            Self.document(records: ["2"], sections: sections)
        )
        #expect(digest.sections == ["records", "tax"] && Self.keys(digest) == ["1"])
    }

    @Test("What only left for the annex is not retracted; what leaves the annex is")
    func annexes() throws {
        func annex(_ keys: [String]) -> String {
            let records = keys.map { #"{"agency":"quality","dataset":"JDCC","key":"\#($0)","role":"subject"}"# }
            let items = keys.indices.map { #"{"records":[\#($0)]}"# }
            return
                #"{"id":"\#(Self.a)","items":[\#(items.joined(separator: ","))],"records":[\#(records.joined(separator: ","))],"section":"inspections"}"#
        }
        let whole = try Self.document(
            records: ["1", "2"],
            sections: #""inspections":[{"records":[0]},{"records":[1]}]"#
        )
        let cut =
            #""cut":{"inspections":{"count":2,"rest":{"count":1,"digest":"sxd"}}},"inspections":[{"records":[0]}]"#
        let short = try Self.document(records: ["1"], sections: cut, annexes: [annex(["2"])])
        #expect(try Self.digest(whole, short).retracted.isEmpty)
        let gone = try Self.digest(short, Self.document(records: ["1"], sections: cut, annexes: [annex([])]))
        #expect(Self.keys(gone) == ["2"] && gone.retracted.first?.sections == ["inspections"])
        #expect(try ProfileDocument.annexDigests(of: short.bytes) == ["sxd"])
        #expect(try ProfileDocument.annexDigests(of: whole.bytes).isEmpty)
    }

    @Test("A merge retracts what the other profile did not take over, and nothing where that is not at hand")
    func merge() throws {
        let old = try Self.document(records: ["1", "2"], sections: #""penalties":[{"records":[0]},{"records":[1]}]"#)
        let target = try Self.document(records: ["9", "2"], sections: #""penalties":[{"records":[1]}]"#)
        let merged = try ChangeDigest(before: .version("v"), after: .movedTo(Self.b), old: old, new: target)
        #expect(merged.kind == .merged && merged.movedTo == Self.b && merged.sections.isEmpty)
        #expect(Self.keys(merged) == ["1"])
        let blind = try ChangeDigest(before: .version("v"), after: .movedTo(Self.b), old: old, new: nil)
        #expect(blind.retracted.isEmpty)
    }

    @Test("What is gone is retracted whole; what is split off retracts nothing of its own")
    func endsAndSplits() throws {
        let profile = try Self.document(records: ["1"], sections: #""tax":{"name":{"records":[0]}}"#)
        let removed = try ChangeDigest(before: .version("v"), after: nil, old: profile, new: nil)
        #expect(removed.kind == .removed && Self.keys(removed) == ["1"] && removed.sections.contains("tax"))
        let split = try ChangeDigest(before: .movedTo(Self.b), after: .version("v"), old: nil, new: profile)
        #expect(split.kind == .split && split.movedFrom == Self.b && split.retracted.isEmpty)
        #expect(split.sections.contains("tax"))
    }

    @Test(
        "Bytes that are no profile are refused",
        arguments: [
            "", "{", "[]", #"{"a":1"#, #"{"a"1}"#, #"{"a":}"#, #"{"a":]}"#, #"{"a":[}"#, #"{"a":"b}"#,
            #"{"a":1,"a":2}"#,
            #"{"records":{}}"#, #"{"records":[{}]}"#,
        ]
    )
    func damage(json: String) { #expect(throws: ProfileChangeError.self) { try ProfileDocument(Array(json.utf8)) } }
}
