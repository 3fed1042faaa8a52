internal import Foundation
internal import Publication
internal import Signing

/// The mark that keeps sandboxes and real installations apart: a file in each folder that holds keys or data.
///
/// The issuer alone would not do: one setting could lend a sandbox's well-known keys to a real exchange.
enum SandboxMark {
    static let name = "SANDBOX"
    private static let text = """
        This folder is a sandbox's: invented data, well-known keys. A real exchange refuses it; delete it whenever you like.
        本目录属于沙箱：数据均为虚构，密钥众所周知。正式平台不会使用它；可随时删除。

        """

    /// Makes a folder that only its owner may enter, with the mark in it.
    static func makeFolder(_ path: String) throws {
        try PrivateFile.makeFolder(path)
        guard !isIn(path) else { return }
        let file = try DurableFile(path: "\(path)/\(name)", mode: 0o600)
        try file.write(Array(text.utf8))
        try file.commit(replacing: false)
    }

    static func isIn(_ folder: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }
}

extension Settings {
    /// Whether these are a sandbox's.
    var isSandbox: Bool { SandboxIssuer.isOne(issuer) }

    /// Where what must not be mixed up lies.
    var markedFolders: [String] {
        let files = [storePath, secretPath, access.clientsPath, access.journalPath, watch.storePath]
        return Set(files.map { URL(filePath: $0).deletingLastPathComponent().path } + [keysFolder]).sorted()
    }

    /// Whether all of an installation is a sandbox's, or nothing of it.
    /// - Throws: ``CommandError`` that names the folder which does not fit.
    func checkSandboxMark() throws(CommandError) {
        for folder in markedFolders where SandboxMark.isIn(folder) != isSandbox {
            guard isSandbox else {
                throw CommandError(
                    "\(folder) is a sandbox's (it holds a file \(SandboxMark.name)): a real exchange uses no data and keys "
                        + "of it. `suixin serve --sandbox` opens it; `suixin init` makes a real installation elsewhere."
                )
            }
            throw CommandError(
                "The issuer is that of sandboxes, but \(folder) is no sandbox's: `suixin serve --sandbox` makes one; "
                    + "a real installation needs an issuer of its own."
            )
        }
    }
}
