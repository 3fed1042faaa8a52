package import CreditModel

/// The stored form of a ``CreditRecord``: a version byte, the content, and four bytes of checksum.
///
/// SQLite's own checks do not see a bit that flips inside a row; the checksum does. What an older store holds is read too.
package enum RecordCodec {
    /// What a stored form is like, by its first byte.
    private struct Form {
        /// Whether the agency's texts of the record's own time are there, which most records have none of.
        var hasOriginals: Bool
        /// Whether names of facts are spelt out, as all once were.
        var isSpelt: Bool

        init(hasOriginals: Bool, isSpelt: Bool) {
            self.hasOriginals = hasOriginals
            self.isSpelt = isSpelt
        }

        init?(_ byte: UInt8?) {
            guard let byte, 1...4 ~= byte else { return nil }
            self.init(hasOriginals: byte % 2 == 0, isSpelt: byte < 3)
        }

        var byte: UInt8 { (hasOriginals ? 2 : 1) + (isSpelt ? 0 : 2) }
    }

    /// The bytes of a record.
    ///
    /// - Parameters:
    ///   - record: what a version says.
    ///   - isSpelt: as older programs wrote it: for comparing, and nothing is stored so.
    /// - Returns: its stored form.
    package static func encode(_ record: CreditRecord, isSpelt: Bool = false) -> [UInt8] {
        var writer = BinaryWriter(capacity: 512)
        let hasOriginals = record.fromOriginal != nil || record.toOriginal != nil
        writer.byte(Form(hasOriginals: hasOriginals, isSpelt: isSpelt).byte)
        writer.byte(record.isTest ? 1 : 0)
        write(record.from, to: &writer)
        write(record.to, to: &writer)
        if hasOriginals {
            writer.optional(record.fromOriginal)
            writer.optional(record.toOriginal)
        }
        writer.count(record.subjects.count)
        for subject in record.subjects { write(subject, to: &writer) }
        writer.count(record.facts.count)
        for fact in record.facts {
            write(fact.field, isSpelt: isSpelt, to: &writer)
            write(fact, to: &writer)
        }
        writer.count(record.unknown.count)
        for field in record.unknown {
            writer.text(field.name)
            writer.text(field.text)
        }
        let sum = isSpelt ? oldChecksum(writer.bytes[...]) : checksum(writer.bytes[...])
        for shift: UInt32 in [24, 16, 8, 0] { writer.byte(UInt8(truncatingIfNeeded: sum >> shift)) }
        return writer.bytes
    }

    /// - Throws: ``StoreError`` `damaged` for whatever ``encode(_:)`` did not write.
    package static func decode(_ bytes: [UInt8]) throws(StoreError) -> CreditRecord {
        guard bytes.count > 5, let form = Form(bytes.first) else { throw BinaryReader.damaged }
        let content = bytes[..<(bytes.count - 4)]
        let sum = bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard sum == (form.isSpelt ? oldChecksum(content) : checksum(content)) else { throw BinaryReader.damaged }
        var reader = BinaryReader(content.dropFirst())
        let isTest = try reader.byte() == 1
        var record = CreditRecord(
            subjects: [],
            facts: [],
            from: try date(&reader),
            to: try date(&reader),
            isTest: isTest
        )
        if form.hasOriginals {
            record.fromOriginal = try reader.optional()
            record.toOriginal = try reader.optional()
        }
        for _ in 0..<(try reader.count()) { record.subjects.append(try subject(&reader)) }
        let facts = try reader.count()
        record.facts.reserveCapacity(facts)
        for _ in 0..<facts {
            let name = try fieldName(&reader, isSpelt: form.isSpelt)
            record.facts.append(try fact(name, &reader))
        }
        for _ in 0..<(try reader.count()) {
            record.unknown.append(RawField(try reader.text(), try reader.text()))
        }
        try reader.end()
        return record
    }

    /// Eight bytes at a time, each step reversible: any one that differs makes another sum before it is cut to 32 bits.
    private static func checksum(_ slice: ArraySlice<UInt8>) -> UInt32 {
        let bytes = slice.span
        var sum = UInt64(bytes.count) ^ 0x9E37_79B9_7F4A_7C15
        var place = 0
        while place < bytes.count {
            let end = min(place + 8, bytes.count)
            var word: UInt64 = 0
            while place < end {
                word = word << 8 | UInt64(bytes[place])
                place += 1
            }
            sum = (sum ^ word) &* 0xBF58_476D_1CE4_E5B9
            sum ^= sum >> 29
        }
        sum = (sum ^ sum >> 30) &* 0x94D0_49BB_1331_11EB
        return UInt32(truncatingIfNeeded: sum ^ sum >> 31)
    }

    /// FNV-1a over the bytes.
    private static func oldChecksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum: UInt32 = 2_166_136_261
        for byte in bytes { sum = (sum ^ UInt32(byte)) &* 16_777_619 }
        return sum
    }

    // MARK: Subjects

    private static func write(_ subject: Subject, to writer: inout BinaryWriter) {
        writer.byte(subject.role.rawValue)
        writer.optional(subject.pripid)
        writer.optional(subject.name)
        writer.optional(subject.representative)
        writer.optional(subject.address)
        writer.texts(subject.formerNames)
        writer.count(subject.codes.count)
        for code in subject.codes {
            writer.byte(code.code.kind.rawValue)
            writer.byte(code.standing.rawValue)
            writer.byte(code.within?.rawValue ?? 0)
            writer.byte((code.isRestricted ? 1 : 0) | (code.needsNameAgreement ? 2 : 0))
            writer.text(code.code.text)
        }
    }

    private static func subject(_ reader: inout BinaryReader) throws(StoreError) -> Subject {
        guard let role = Role(rawValue: try reader.byte()) else { throw BinaryReader.damaged }
        var subject = Subject(
            role: role,
            pripid: try reader.optional(),
            name: try reader.optional(),
            representative: try reader.optional(),
            address: try reader.optional()
        )
        subject.formerNames = try reader.texts()
        for _ in 0..<(try reader.count()) {
            guard let kind = CodeKind(rawValue: try reader.byte()),
                let standing = CodeStanding(rawValue: try reader.byte())
            else { throw BinaryReader.damaged }
            let inner = try reader.byte()
            let within = CodeKind(rawValue: inner)
            let flags = try reader.byte()
            guard inner == 0 || within != nil, flags < 4 else { throw BinaryReader.damaged }
            subject.codes.append(
                SubjectCode(
                    Code(kind, try reader.text()),
                    standing,
                    within: within,
                    isRestricted: flags & 1 != 0,
                    needsNameAgreement: flags & 2 != 0
                )
            )
        }
        return subject
    }

    // MARK: Facts

    private static func write(_ name: String, isSpelt: Bool, to writer: inout BinaryWriter) {
        if !isSpelt {
            let number = FieldNames.numbers[name]
            writer.byte(number ?? 0)
            if number != nil { return }
        }
        writer.text(name)
    }

    private static func fieldName(_ reader: inout BinaryReader, isSpelt: Bool) throws(StoreError) -> String {
        guard !isSpelt else { return try reader.text() }
        let number = Int(try reader.byte())
        guard number > 0 else { return try reader.text() }
        guard number <= FieldNames.all.count else { throw BinaryReader.damaged }
        return FieldNames.all[number - 1]
    }

    private static func write(_ fact: Fact, to writer: inout BinaryWriter) {
        writer.optional(fact.original)
        switch fact.value {
        case .text(let text):
            writer.byte(1)
            writer.text(text)
        case .code(let code, let label):
            writer.byte(2)
            writer.text(code)
            writer.optional(label)
        case .date(let date):
            writer.byte(3)
            write(date, to: &writer)
        case .money(let money):
            writer.byte(4)
            writer.text(money.amount)
            writer.text(money.currency)
        case .number(let number):
            writer.byte(5)
            writer.integer(number)
        case .list(let texts):
            writer.byte(6)
            writer.texts(texts)
        }
    }

    private static func fact(_ field: String, _ reader: inout BinaryReader) throws(StoreError) -> Fact {
        let original = try reader.optional()
        let value: Value
        switch try reader.byte() {
        case 1: value = .text(try reader.text())
        case 2: value = .code(try reader.text(), label: try reader.optional())
        case 3:
            guard let date = try date(&reader) else { throw BinaryReader.damaged }
            value = .date(date)
        case 4: value = .money(Money(amount: try reader.text(), currency: try reader.text()))
        case 5: value = .number(try reader.integer())
        case 6: value = .list(try reader.texts())
        default: throw BinaryReader.damaged
        }
        return Fact(field, value, original: original)
    }

    // MARK: Dates

    private static func write(_ date: CreditDate?, to writer: inout BinaryWriter) {
        switch date {
        case nil: writer.byte(0)
        case .day(let day):
            writer.byte(1)
            writer.integer(Int64(day.number))
        case .month(let year, let month):
            writer.byte(2)
            writer.integer(Int64(year))
            writer.byte(UInt8(truncatingIfNeeded: month))
        case .year(let year):
            writer.byte(3)
            writer.integer(Int64(year))
        case .open: writer.byte(4)
        }
    }

    private static func date(_ reader: inout BinaryReader) throws(StoreError) -> CreditDate? {
        switch try reader.byte() {
        case 0: return nil
        case 1:
            guard let number = Int32(exactly: try reader.integer()) else { throw BinaryReader.damaged }
            return .day(Day(number: number))
        case 2: return .month(year: Int(try reader.integer()), month: Int(try reader.byte()))
        case 3: return .year(Int(try reader.integer()))
        case 4: return .open
        default: throw BinaryReader.damaged
        }
    }
}
