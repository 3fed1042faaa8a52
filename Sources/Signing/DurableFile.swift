internal import Glibc

/// A file that appears whole under its name, or not at all: written beside it, flushed to the disk, then renamed.
///
/// Not `Sendable`: it belongs to whoever writes it. What was not ``commit(replacing:)``ted vanishes with the object.
package final class DurableFile {
    /// Where the file will be; nil for the standard output.
    private let path: String?
    private let temporary: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private var isSettled = false
    private static let bufferSize = 256 * 1024

    /// Begins a file.
    /// - Parameters:
    ///   - path: the name that it will have; the temporary file lies beside it.
    ///   - mode: its permissions, `0o600` for what nobody else may read.
    /// - Throws: ``SigningError`` `file` where it cannot be created.
    package init(path: String, mode: UInt32 = 0o644) throws(SigningError) {
        self.path = path
        Self.removeLeftovers(of: path)
        (descriptor, temporary) = try Self.create(beside: path, mode: mode_t(mode))
        buffer.reserveCapacity(Self.bufferSize)
    }

    private static func create(beside path: String, mode: mode_t) throws(SigningError) -> (Int32, String) {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<8 {
            let temporary = "\(path).\(String(random.next() as UInt64, radix: 36)).part"
            // O_EXCL: nobody can have laid a link there for us to write through.
            let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
            guard descriptor >= 0 else { throw .file(path: path, action: "create", errno: errno) }
            // Tells others that somebody is still writing it; the system lets go of it when the process ends, however it does.
            let isOurs = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
            var status = stat()
            // Another writer may have taken it for a leftover before it was locked.
            if isOurs, unsafe fstat(descriptor, &status) == 0, status.st_nlink > 0 {
                _ = fchmod(descriptor, mode)
                return (descriptor, temporary)
            }
            _ = close(descriptor)
            _ = unsafe unlink(temporary)
        }
        throw .file(path: path, action: "create", errno: EAGAIN)
    }

    /// Writes to the standard output, with the same buffer.
    package init() {
        path = nil
        temporary = ""
        descriptor = 1
        buffer.reserveCapacity(Self.bufferSize)
    }

    deinit {
        guard path != nil, descriptor >= 0 else { return }
        _ = close(descriptor)
        _ = unsafe unlink(temporary)
    }

    /// Appends; what is small is gathered first.
    package func write(_ bytes: [UInt8]) throws(SigningError) {
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        if bytes.count >= Self.bufferSize { try writeAll(bytes) } else { buffer += bytes }
    }

    /// Makes the file durable and gives it its name.
    /// - Parameter replacing: whether a file that has the name already is replaced; else that is an error.
    /// - Throws: ``SigningError`` `file` where the disk or the name refuses; nothing then has the name.
    package func commit(replacing: Bool = true) throws(SigningError) {
        try settle()
        guard let path else { return }
        if replacing {
            guard unsafe rename(temporary, path) == 0 else { throw failure("name") }
        } else {
            guard unsafe link(temporary, path) == 0 else { throw failure("create") }
            _ = unsafe unlink(temporary)
        }
        _ = close(descriptor)
        descriptor = -1
        try Self.flushFolder(of: path)
    }

    /// Makes what was written durable, under no name yet: what can still fail afterwards is the naming alone.
    package func settle() throws(SigningError) {
        try flush()
        guard path != nil, !isSettled else { return }
        guard fsync(descriptor) == 0 else { throw failure("flush") }
        isSettled = true
    }

    private func flush() throws(SigningError) {
        try writeAll(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private func writeAll(_ bytes: [UInt8]) throws(SigningError) {
        if !bytes.isEmpty { isSettled = false }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.write(descriptor, raw.baseAddress?.advanced(by: written), raw.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            written += count
        }
    }

    private func failure(_ action: String) -> SigningError {
        .file(path: path ?? "the standard output", action: action, errno: errno)
    }

    /// A new name is durable once its folder is.
    package static func flushFolder(of path: String) throws(SigningError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: folder, action: "open", errno: errno) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .file(path: folder, action: "flush", errno: errno) }
    }

    /// Removes what writers of the same file left behind when they were killed.
    package static func removeLeftovers(of path: String) {
        let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        removeLeftovers(in: folder) { found in
            found.hasPrefix(name + ".") && !found.dropFirst(name.utf8.count + 1).dropLast(5).contains(".")
        }
    }

    /// Removes unfinished files that nobody is writing any more.
    fileprivate static func removeLeftovers(in folder: String, where isMeant: (String) -> Bool) {
        guard let handle = unsafe opendir(folder) else { return }
        defer { unsafe _ = closedir(handle) }
        while let entry = unsafe readdir(handle) {
            let name = unsafe PrivateFile.name(of: entry)
            guard name.hasSuffix(".part"), isMeant(name) else { continue }
            let path = "\(folder)/\(name)"
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { continue }
            // One that is locked is being written.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { _ = unsafe unlink(path) }
            _ = close(descriptor)
        }
    }

    /// Takes a name away, durably; that there is none is no trouble.
    package static func remove(_ path: String) throws(SigningError) {
        guard unsafe unlink(path) == 0 else {
            if errno == ENOENT { return }
            throw .file(path: path, action: "remove", errno: errno)
        }
        try flushFolder(of: path)
    }

    static func message(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}

/// What only its owner may read.
package enum PrivateFile {
    /// Makes the folder, with mode 0700, unless it is there; one that others can enter is refused.
    ///
    /// Takes away what a killed program left unfinished in it: it may hold a private key.
    package static func makeFolder(_ path: String) throws(SigningError) {
        if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
            throw .file(path: path, action: "create folder", errno: errno)
        }
        try checkFolder(path)
        DurableFile.removeLeftovers(in: path) { _ in true }
    }

    /// The names in a folder, sorted; nil where there is no such folder.
    static func names(in folder: String) throws(SigningError) -> [String]? {
        guard let handle = unsafe opendir(folder) else {
            if errno == ENOENT { return nil }
            throw .file(path: folder, action: "list", errno: errno)
        }
        defer { unsafe _ = closedir(handle) }
        try checkFolder(folder)
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            names.append(unsafe name(of: entry))
        }
        return names.sorted()
    }

    static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
    }

    /// A whole small file that nobody but its owner may read.
    package static func read(_ path: String, limit: Int = 16 * 1024) throws(SigningError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .file(path: path, action: "open", errno: errno) }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .file(path: path, action: "look at", errno: errno) }
        guard status.st_mode & 0o077 == 0 else {
            throw .keys(
                "\(path) can be read or written by others than its owner: chmod 600 '\(path)', and rotate the key if anybody may have read it"
            )
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
            throw .keys("\(path) is no key file: move it out of the folder")
        }
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            let more = unsafe bytes.withUnsafeMutableBytes { raw in
                unsafe Glibc.read(descriptor, raw.baseAddress?.advanced(by: count), limit - count)
            }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw .file(path: path, action: "read", errno: errno) }
            if more == 0 { break }
            count += more
        }
        return Array(bytes[..<count])
    }

    private static func checkFolder(_ path: String) throws(SigningError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .file(path: path, action: "look at", errno: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .keys("\(path) is no folder") }
        guard status.st_mode & 0o077 == 0 else {
            throw .keys("\(path) is open to others than its owner: chmod 700 '\(path)'")
        }
    }
}
