internal import CreditModel

/// What a query is called: `q` and 26 letters or digits without look-alikes.
///
/// The first ten tell the millisecond, so that ids sort by time; the others are 80 random bits, so that nobody guesses one.
public struct QueryID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 27 characters, lower case.
    public let text: String
    private static let length = 27

    /// A new one.
    /// - Parameters:
    ///   - moment: POSIX milliseconds.
    ///   - random: randomness fit for secrets, asked twice.
    public init(at moment: Int64, random: () -> UInt64) {
        var text: [UInt8] = [UInt8(ascii: "q")]
        text.reserveCapacity(Self.length)
        for shift in stride(from: 45, through: 0, by: -5) {
            text.append(Base32.digit(UInt64(bitPattern: moment) >> UInt64(shift)))
        }
        for word in [random(), random()] {
            for place in 0..<8 { text.append(Base32.digit(word >> UInt64(5 * place))) }
        }
        self.text = String(decoding: text, as: UTF8.self)
    }

    /// Reads an id; nil for any other text.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.length, bytes[0] == UInt8(ascii: "q"),
            bytes.dropFirst().allSatisfy({ Base32.values[Int($0)] < 32 })
        else { return nil }
        self.text = String(text)
    }

    /// POSIX milliseconds of its making.
    public var moment: Int64 {
        text.utf8.dropFirst().prefix(10).reduce(0) { $0 << 5 | Int64(Base32.values[Int($1)] & 31) }
    }

    /// The text of the id.
    public var description: String { text }
    /// The older one comes first.
    public static func < (a: QueryID, b: QueryID) -> Bool { a.text < b.text }
}
