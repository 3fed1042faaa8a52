internal import Glibc
internal import NIOCore
internal import NIOSSL

/// The files by which the exchange proves who it is, and by which clients prove who they are.
package struct TLSFiles: Sendable {
    /// Whether clients show a certificate of their own (mutual TLS).
    package enum ClientCertificates: Sendable, Hashable {
        /// None is asked for.
        case none
        /// Whoever has one may show it.
        case optional
        /// Nobody comes in without one.
        case required
    }

    /// The chain in PEM, the server's own certificate first.
    package var chain: String
    /// The private key in PEM, not encrypted, readable by nobody else.
    package var key: String
    /// The certificate authorities in PEM whose client certificates are believed; nil where none are asked for.
    package var clientAuthorities: String?
    /// Of no account without ``clientAuthorities``.
    package var clientCertificates = ClientCertificates.none

    package init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }

    var paths: [String] { [chain, key] + [clientAuthorities].compactMap(\.self) }

    /// Reads all of them.
    ///
    /// - Parameter protocols: what is offered by ALPN, the best first.
    /// - Returns: a context for handshakes to come.
    /// - Throws: ``TLSError`` that names the file to mend.
    func context(offering protocols: [String]) throws(TLSError) -> NIOSSLContext {
        try checkKeyIsPrivate()
        let certificates = try Self.certificates(chain)
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(file: self.key, format: .pem) } catch {
            throw TLSError("\(self.key) holds no private key in PEM that can be read; encrypted keys are not taken")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = protocols
        if let clientAuthorities, clientCertificates != .none {
            configuration.trustRoots = .certificates(try Self.certificates(clientAuthorities))
            // On a server the name that is not compared is the client's, who has none.
            configuration.certificateVerification =
                clientCertificates == .required ? .noHostnameVerification : .optionalVerification
        }
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw TLSError("\(self.key) is not the key of the first certificate in \(chain); put them together again")
        }
    }

    private static func certificates(_ path: String) throws(TLSError) -> [NIOSSLCertificate] {
        let found: [NIOSSLCertificate]
        do { found = try NIOSSLCertificate.fromPEMFile(path) } catch {
            throw TLSError(
                "\(path) cannot be read, or holds no certificates in PEM; check path, permissions and contents"
            )
        }
        guard !found.isEmpty else { throw TLSError("\(path) holds no certificate in PEM") }
        return found
    }

    private func checkKeyIsPrivate() throws(TLSError) {
        guard let stamp = FileStamp(of: key) else {
            throw TLSError("\(key) is not there or cannot be read; correct the path or its permissions")
        }
        guard stamp.mode & 0o077 == 0 else {
            throw TLSError("\(key) is open to others than its owner; run: chmod 600 \(key)")
        }
    }
}

/// Why a connection cannot be secured: which file, and what to do.
package struct TLSError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = "TLS: " + description }
}

/// What changes when a file is replaced.
struct FileStamp: Equatable {
    let inode: UInt
    let seconds: Int
    let nanoseconds: Int
    let size: Int
    let mode: UInt32

    /// nil where the file is not there.
    init?(of path: String) {
        var info = stat()
        guard unsafe stat(path, &info) == 0 else { return nil }
        inode = UInt(info.st_ino)
        seconds = Int(info.st_mtim.tv_sec)
        nanoseconds = Int(info.st_mtim.tv_nsec)
        size = Int(info.st_size)
        mode = info.st_mode
    }
}
