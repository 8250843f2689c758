"""Places in which a study is not safe: network drives, and folders that a service synchronises."""

from __future__ import annotations

import os
from pathlib import Path

NETWORK_FILESYSTEMS = (
    "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "fuse.sshfs", "fuse.rclone", "fuse.davfs2", "9p", "afs", "davfs", "ceph",
    "glusterfs", "fuse.glusterfs", "lustre", "beegfs",
)  # fmt: skip
_SERVICES = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "icloud drive": "iCloud",
    "iclouddrive": "iCloud",
    "mobile documents": "iCloud",
    "com~apple~clouddocs": "iCloud",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "my drive": "Google Drive",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "box sync": "Box",
    "pcloud drive": "pCloud",
    "syncthing": "Syncthing",
}
_MARKS = {".dropbox": "Dropbox", ".dropbox.cache": "Dropbox", ".stfolder": "Syncthing", ".sync_nextcloud": "Nextcloud"}
"""Files and folders that a service puts at the top of what it synchronises."""


def synchronised(path: Path) -> str:
    """Return the name of the service that synchronises the folder of ``path``, by the folders' names and the services' marks.

    Empty where none is recognised. A service's folder may have words behind its name ("OneDrive - Company", "Dropbox (Team)").
    """
    for folder in (path.absolute().parent, path.resolve().parent):
        for each in (folder, *folder.parents):
            name = each.name.casefold()
            for begin, service in _SERVICES.items():
                if name == begin or (name.startswith(begin) and name[len(begin)] in " -(_"):
                    return service
            for mark, service in _MARKS.items():
                if each.parent != each and os.path.lexists(each / mark):
                    return service
    return ""


def filesystem(path: Path) -> str:
    """Return the kind of the network file system that holds ``path`` (Linux); empty for a local disk and elsewhere."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    target, best, kind = str(path.resolve()), "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, file_system, *_ = line.split()
        # Spaces in a mount point are written as octal numbers.
        point = point.encode("latin-1", "replace").decode("unicode_escape") if "\\" in point else point
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) > len(best):
            best, kind = point, file_system
    return kind if kind in NETWORK_FILESYSTEMS else ""
