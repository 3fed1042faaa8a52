internal import CanonicalJSON
internal import Foundation
internal import Publication
internal import Signing

/// The greatest position that was seen of each issuer, in a file: whoever shows less shows something older.
struct SeenPositions {
    private let path: String
    private var positions: [String: JSONValue] = [:]

    /// Reads the file; one that is not there has seen nothing.
    init(path: String) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else { return }
        let bytes = try LineReader(path: path).rest(after: [], limit: SignedDocument.sizeLimit)
        guard case .object(let members)? = try? JSONValue(parsing: bytes) else {
            throw CommandError(
                "\(path) does not say which positions were seen: give another file, or move it away.",
                exit: .usage
            )
        }
        positions = members
    }

    /// The greatest position of each issuer.
    var greatest: [String: Int64] { positions.compactMapValues { $0.integer } }

    /// Remembers what a genuine status said.
    func note(_ result: Verification) throws {
        guard result.verdict != .notGenuine, let issuer = result.facts["issuer"],
            let position =
                (result.facts["status position"] ?? (result.kind == "status" ? result.facts["position"] : nil))
                .flatMap({ Int64($0) })
        else { return }
        var positions = positions
        if case .integer(let before)? = positions[issuer], before >= position { return }
        positions[issuer] = .integer(position)
        let file = try DurableFile(path: path)
        try file.write(JSONValue.object(positions).canonical)
        try file.commit()
    }
}
