import CreditModel
import CreditStore
import Testing

@Suite("Records are read back as they were stored")
struct CodecTests {
    private let record = CreditRecord(
        subjects: [
            Subject(
                role: .victim,
                pripid: "P",
                codes: [SubjectCode(Code(.org, "X"), .valid, within: .uscc, isRestricted: true)],
                name: "名",
                formerNames: ["旧"],
                representative: "人",
                address: "址"
            )
        ],
        facts: [
            Fact("a", .text("t"), original: " t"), Fact("b", .code("1", label: "一")), Fact("c", .date(.open)),
            Fact("d", .money(Money(amount: "-0.5", currency: "CNY"))), Fact("e", .number(.min)),
            Fact("f", .list(["x", ""])),
            Fact("g", .date(.month(year: 2014, month: 2))), Fact("h", .date(.year(1999))),
        ],
        from: .day(Day(number: -5)),
        to: nil,
        fromOriginal: "1969/12/27",
        isTest: true,
        unknown: [RawField("N", "v")]
    )

    @Test("What is encoded is decoded")
    func roundTrip() throws { #expect(try RecordCodec.decode(RecordCodec.encode(record)) == record) }

    @Test("The agency's texts of a record's time come back, each by itself, and cost nothing where there are none")
    func originals() throws {
        var one = record
        (one.fromOriginal, one.toOriginal) = (nil, "9999-9-9")
        #expect(try RecordCodec.decode(RecordCodec.encode(one)) == one)
        var none = record
        none.fromOriginal = nil
        #expect(try RecordCodec.decode(RecordCodec.encode(none)) == none)
        #expect(RecordCodec.encode(none).count < RecordCodec.encode(one).count)
    }

    @Test("Names that are known take a byte, all others are spelt; what older programs wrote has none of that")
    func names() throws {
        func encoded(_ name: String) -> [UInt8] {
            RecordCodec.encode(CreditRecord(subjects: [], facts: [Fact(name, .number(1))]))
        }
        #expect(encoded("registration.name").count < encoded("unknown").count)
        for one in [encoded("registration.name"), encoded("unknown"), encoded("")] {
            let record = try RecordCodec.decode(one)
            let spelt = RecordCodec.encode(record, isSpelt: true)
            #expect(spelt.first == 1, "as older programs wrote it, so that their stores compare")
            #expect(try RecordCodec.decode(spelt) == record && RecordCodec.encode(record) == one)
        }
    }

    @Test("What the first version of the store wrote is read")
    func firstVersion() throws {
        let bytes: [UInt8] = [
            0x01, 0x00, 0x03, 0xA0, 0x1F, 0x00, 0x01, 0x01, 0x00, 0x01, 0x03, 0xE7, 0x94, 0xB2, 0x00, 0x00,
            0x00, 0x00, 0x01, 0x01, 0x61, 0x00, 0x01, 0x01, 0x74, 0x00, 0x61, 0x9D, 0xE6, 0xD0,
        ]
        let old = CreditRecord(
            subjects: [Subject(role: .subject, name: "甲")],
            facts: [Fact("a", .text("t"))],
            from: .year(2000)
        )
        #expect(try RecordCodec.decode(bytes) == old)
    }

    @Test("No flipped bit and no cut passes")
    func damage() {
        for bytes in [RecordCodec.encode(record), RecordCodec.encode(record, isSpelt: true)] { damage(bytes) }
    }

    private func damage(_ bytes: [UInt8]) {
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                #expect(throws: StoreError.self) { try RecordCodec.decode(damaged) }
            }
            #expect(throws: StoreError.self) { try RecordCodec.decode(Array(bytes[..<index])) }
        }
    }
}
