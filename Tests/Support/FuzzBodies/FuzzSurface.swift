/// One surface that takes bytes from outside, and what must hold there whatever the bytes are.
///
/// The fuzzer of `Tests/Fuzz` and the replay in `make test` call the same body, so that a crash once found stays found.
public struct FuzzSurface: Sendable, CustomStringConvertible {
    /// The name of its folder of cases, such as `xml`.
    public let name: String
    /// What is read there, in a sentence.
    public let title: String
    /// Bytes up to which inputs are of interest.
    public let mostBytes: Int
    /// Words of the surface's language, for the fuzzer to put together.
    public let words: @Sendable () -> [String]
    /// Inputs to begin with, made of the sample feeds where the surface reads feeds.
    public let seeds: @Sendable (Samples) -> [FuzzSeed]
    /// Reads the bytes; throws a ``FuzzViolation`` where what must hold does not.
    public let run: @Sendable ([UInt8]) throws -> Void

    /// Its name.
    public var description: String { name }

    /// All of them, in the order in which they are fuzzed.
    public static let all: [FuzzSurface] = [.xml, .pull, .json, .jws, .values, .gzip]
}

/// What must hold and does not.
public struct FuzzViolation: Error, CustomStringConvertible {
    /// What was expected, and what was found.
    public let description: String
    /// Says what does not hold.
    public init(_ description: String) { self.description = description }
}

/// An input to begin with.
public struct FuzzSeed: Sendable {
    /// A file's name.
    public let name: String
    /// What the surface's body reads.
    public let bytes: [UInt8]
}

/// The files of `Samples/Feeds`, read by whoever may read files.
public struct Samples: Sendable {
    /// By path below `Samples/Feeds`: `hongdun/registration.xml`.
    public let files: [String: [UInt8]]
    /// Takes the files by their paths.
    public init(_ files: [String: [UInt8]]) { self.files = files }

    /// The XML documents of an agency, with the dataset that their names tell.
    func documents(of agency: String) -> [(dataset: String, bytes: [UInt8])] {
        files.sorted { $0.key < $1.key }.compactMap { path, bytes in
            let parts = path.split(separator: "/")
            guard parts.count == 2, parts[0] == agency, let name = parts.last, name.hasSuffix(".xml") else {
                return nil
            }
            // 质监's files are named office_dataset_time_number_mode.
            let words = name.dropLast(4).split(separator: "_")
            return (String(words.count > 1 ? words[1] : words[0]), bytes)
        }
    }
}

/// Throws unless something holds.
func hold(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws(FuzzViolation) {
    guard condition else { throw FuzzViolation(otherwise()) }
}

/// The head of an input decides how the rest is read; an input that is too short reads as zeros.
struct FuzzInput {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func choose<Element>(_ from: [Element]) -> Element { from[Int(byte()) % from.count] }

    /// Pieces of 1 to 64 bytes, by a rule that a byte gives.
    static func pieces(of bytes: ArraySlice<UInt8>, by rule: UInt8) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes
        var state = UInt32(rule) &+ 1
        while !rest.isEmpty {
            state = state &* 1_103_515_245 &+ 12345
            let count = rule % 4 == 0 ? 1 : Int(state >> 16 & 63) + 1
            pieces.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}
