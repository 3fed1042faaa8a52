internal import CanonicalJSON
internal import Compression
internal import CreditModel
internal import Crypto
internal import ServiceKit
internal import Signing

/// A file of lines, whose size and digest are known at the end.
final class LineFile {
    /// How the lines lie in the file.
    enum Form {
        case plain
        /// gzip of many members, each of whole lines, so that they are compressed beside one another.
        case gzip
    }

    private let file: DurableFile
    private let form: Form
    private var hash = SHA256()
    private(set) var lines = 0
    /// Of the file as it lies.
    private(set) var bytes = 0
    private var block: [UInt8] = []
    private var underWay: [Ahead<[UInt8]>] = []

    private static let blockSize = 1 << 20
    private static let width = 2
    /// Half the time of the usual level, for a twelfth more.
    private static let level = 4

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - path: nil writes to the standard output.
    ///   - form: how the lines lie in it.
    ///   - mode: its permissions.
    /// - Throws: ``SigningError`` where it cannot be created.
    init(_ path: String?, _ form: Form = .plain, mode: UInt32 = 0o644) throws {
        file = try path.map { path throws(SigningError) in try DurableFile(path: path, mode: mode) } ?? DurableFile()
        self.form = form
    }

    func writeLine(_ line: [UInt8]) throws {
        lines += 1
        guard form == .gzip else { return try put(line + [0x0A]) }
        block += line
        block.append(0x0A)
        if block.count >= Self.blockSize { try compress() }
    }

    func settle() throws {
        // Without a line, too, gzip has a member.
        if form == .gzip, !block.isEmpty || lines == 0 { try compress() }
        while !underWay.isEmpty { try put(underWay.removeFirst().value()) }
        try file.settle()
    }

    func commit() throws { try file.commit() }

    /// `sha256:` of all bytes so far.
    var digest: String { "sha256:" + hash.finalize().hexadecimal }

    /// What a manifest says of it.
    var facts: [String: JSONValue] {
        ["bytes": .integer(Int64(bytes)), "count": .integer(Int64(lines)), "digest": .string(digest)]
    }

    /// Others are written while this block is compressed, but not without end.
    private func compress() throws {
        let taken = block
        block.removeAll(keepingCapacity: true)
        underWay.append(Ahead { try Gzip.compress(taken, level: Self.level) })
        if underWay.count > Self.width { try put(underWay.removeFirst().value()) }
    }

    private func put(_ stored: [UInt8]) throws {
        hash.update(data: stored)
        bytes += stored.count
        try file.write(stored)
    }
}

/// The rest of long lists as lines: documents of their own, whose digests the signed profile holds.
enum AnnexLines {
    /// One line.
    static func line(_ annex: [UInt8], digest: String, of subject: EnterpriseID) -> [UInt8] {
        var line = Array("{\"annex\":".utf8)
        line += annex
        line += ",\"digest\":\"\(digest)\",\"sub\":\"\(subject.text)\"}".utf8
        return line
    }
}
