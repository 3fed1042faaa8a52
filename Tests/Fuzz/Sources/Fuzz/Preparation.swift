import FoundationEssentials
import FuzzBodies

/// Writes what the fuzzer begins with: `corpus/` and `words.dict`.
struct Preparation {
    let feeds: String
    let folder: String

    func write(_ surface: FuzzSurface) throws {
        let corpus = "\(folder)/corpus"
        try FileManager.default.createDirectory(atPath: corpus, withIntermediateDirectories: true)
        for seed in surface.seeds(Samples(try files())) {
            let name = String(seed.name.map { $0 == "/" ? "-" : $0 })
            try Data(seed.bytes).write(to: URL(fileURLWithPath: "\(corpus)/\(name)"))
        }
        let lines = surface.words().filter { !$0.isEmpty }.map { "\"\(Self.escaped($0))\"\n" }
        try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: "\(folder)/words.dict"))
    }

    private func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: feeds) {
            guard let bytes = FileManager.default.contents(atPath: "\(feeds)/\(path)"), path.contains(".") else {
                continue
            }
            files[path] = Array(bytes)
        }
        return files
    }

    /// A dictionary of libFuzzer takes printable ASCII, and the rest by numbers.
    private static func escaped(_ word: String) -> String {
        word.utf8.map { byte in
            switch byte {
            case 0x22, 0x5C: "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7E: String(UnicodeScalar(byte))
            default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
