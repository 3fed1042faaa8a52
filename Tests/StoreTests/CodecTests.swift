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
        isTest: true,
        unknown: [RawField("N", "v")]
    )

    @Test("What is encoded is decoded")
    func roundTrip() throws { #expect(try RecordCodec.decode(RecordCodec.encode(record)) == record) }

    @Test("No flipped bit and no cut passes")
    func damage() {
        let bytes = RecordCodec.encode(record)
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
